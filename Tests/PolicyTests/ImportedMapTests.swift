import Policy
import Testing

@Suite("Entries from a panel's database")
struct ImportedMapTests {
  private func imported(_ text: String) -> ImportedMap {
    ImportedMap.parse(bytes(text), file: "input").map
  }

  private func merged(
    _ text: String, _ senders: String, own: Set<SiteName> = []
  ) -> String? {
    imported(text).merged(into: bytes(senders), own: own)
      .map { String(decoding: $0.senders, as: UTF8.self) }
  }

  private func block(_ entries: String) -> String {
    "\(ImportedMap.begin)\n\(entries)\(ImportedMap.end)\n"
  }

  @Test func `addresses of one user become one entry, in their order, once each`() {
    let text = "web1\t@a.example\nweb2\tb@b.example\nweb1\t@c.example\nweb1\t@a.example\n"
    #expect(merged(text, "") == block("web1 @a.example @c.example\nweb2 b@b.example\n"))
  }

  @Test func `what stands around the imported entries stays byte for byte`() {
    let before = "# mine\nalice  a@a.example,\n  b@b.example\n"
    let after = "bob b@x.example"
    let once = before + block("old @o.example\n") + after
    #expect(merged("new\t@n.example\n", once) == before + block("new @n.example\n") + after)
  }

  @Test func `a second import of the same lines changes nothing`() {
    let once = merged("web1\t@a.example\n", "alice a@a.example") ?? ""
    #expect(merged("web1\t@a.example\n", once) == once)
  }

  @Test func `a user with an entry of the administrator's keeps it`() {
    let result = imported("alice\t@a.example\nweb1\t@b.example\n")
      .merged(into: bytes("alice x@x.example\n"), own: [.login(bytes("alice"))])
    #expect(result?.leftOut == [.login(bytes("alice"))])
    #expect(
      result?.senders == bytes("alice x@x.example\n" + block("web1 @b.example\n")))
  }

  @Test func `an import that has lost one of its lines is not touched`() {
    #expect(merged("web1\t@a.example\n", ImportedMap.begin + "\nold @o.example\n") == nil)
    #expect(merged("web1\t@a.example\n", ImportedMap.end + "\n") == nil)
    #expect(merged("web1\t@a.example\n", block("") + block("")) == nil)
    #expect(
      merged("web1\t@a.example\n", "\(ImportedMap.end)\n\(ImportedMap.begin)\n") == nil)
  }

  @Test(arguments: [
    ("no address", "web1\n"), ("an option", "web1\tmessages_per_hour=0\n"),
    ("everything", "web1\t*\n"), ("a third column", "web1\t@a.example\tunlimited\n"),
    ("no user", "\t@a.example\n"), ("an empty domain", "web1\t@\n"), ("NULL", "web1\tNULL\n"),
    ("a comment's end", "web1\t@a.example#x\n"), ("a control", "web1\ta\u{1}@a.example\n"),
    ("an address that is an option", "web1\tdefault=a@a.example\n"),
    ("an address that is an option in capitals", "web1\tDefault=a@a.example\n"),
    ("an address that is a suspension", "web1\tsuspended=a@a.example\n"),
    ("an address that is a limit", "web1\tmessages_per_hour=1@a.example\n"),
    ("domains of mailboxes", "web1\tmailboxes:a.example\n"),
    ("a carriage return within", "web1\ta@a.example\rroot\t@b.example\n"),
  ])
  func `a bad line is a problem with its number`(what: String, line: String) {
    let problems = ImportedMap.parse(bytes("good\t@g.example\r\n# note\n" + line), file: "i")
      .problems
    #expect(problems.map(\.line) == [3], "\(what)")
  }
}
