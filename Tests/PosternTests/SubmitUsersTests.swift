import Testing

@testable import postern

@Suite("Who may submit mail to Postfix")
struct SubmitUsersTests {
  private static func codes(_ value: String, directory: String = "/etc/postfix") -> [String] {
    let instance = PostfixInstance(
      directory: directory, values: ["authorized_submit_users": value])
    return SubmitUsers.findings(instance, sites: ["alice", "bob"]) { source, user in
      source == "hash:/etc/submitters" && user == "bob"
    }.map(\.code.rawValue)
  }

  @Test(arguments: [
    ("as Install/install sets it", "root, postern", []),
    ("names are compared without case", "ROOT Postern", []),
    ("postern alone", "postern", []),
    ("Postfix's default", "static:anyone", ["submit-users-open"]),
    ("everybody but one site", "!alice, static:anyone", ["submit-users-open"]),
    (
      "everybody but the sites and the gate", "!alice !bob !postern static:all",
      ["submit-users-closed"]
    ),
    ("a site by name", "root, postern, bob", ["submit-users-open"]),
    ("a site excluded before it is named", "!bob, root, postern, bob", ["submit-users-extra"]),
    ("another account", "root, postern, list", ["submit-users-extra"]),
    ("a table with a site", "root, postern, hash:/etc/submitters", ["submit-users-open"]),
    ("a table without one", "root, postern, hash:/etc/others", ["submit-users-extra"]),
    ("nobody", "", ["submit-users-closed"]),
    ("a list without the gate", "root", ["submit-users-closed"]),
  ])
  func `a list is judged as Postfix reads it`(name: String, value: String, expected: [String]) {
    #expect(Self.codes(value) == expected, "\(name)")
  }

  @Test func `another instance may shut the gate out but not let a site in`() {
    #expect(Self.codes("root", directory: "/etc/postfix-two") == [])
    #expect(Self.codes("root alice", directory: "/etc/postfix-two") == ["submit-users-open"])
  }

  @Test(
    arguments: [
      ("the default", "static:*", "*", "sender-maps-unset"),
      ("a map that lets the gate use any sender", "hash:/x", "*", nil),
      ("a map that lets it use one", "hash:/x", "@shop.example", "sender-maps-refuse"),
      ("a map without it", "hash:/x", nil, "sender-maps-refuse"),
    ] as [(String, String, String?, String?)])
  func `the second lock must let the gate use any sender`(
    name: String, value: String, answer: String?, expected: String?
  ) {
    let instance = PostfixInstance(
      directory: "/etc/postfix", values: ["local_login_sender_maps": value])
    let finding = SenderMaps.finding(instance) { _ in answer }
    #expect(finding?.code.rawValue == expected, "\(name)")
  }

  @Test func `a Postfix that does not know the second lock is not told of it`() {
    let instance = PostfixInstance(directory: "/etc/postfix", values: [:])
    #expect(SenderMaps.finding(instance) { _ in nil } == nil)
  }

  @Test func `the values of postconf are read, its warnings are not`() {
    let text =
      "postconf: warning: /etc/postfix/main.cf: unused parameter: a=b\nmynetworks =\nsetgid_group = postdrop\n"
    #expect(PostfixInstance.values(text) == ["mynetworks": "", "setgid_group": "postdrop"])
  }
}
