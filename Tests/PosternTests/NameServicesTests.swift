import Testing

@testable import postern

struct NameServicesTests {
  @Test(
    "services that list their accounts are told from those that may not",
    arguments: [
      ("passwd: files\ngroup: ldap\n", false), ("passwd:\t\tfiles systemd # ldap\n", false),
      ("# passwd: ldap\n  passwd: files\n", false), ("group: files\n", false), ("", false),
      ("passwd:files\n", false), ("passwd:sss\n", true), ("passwd: files\npasswd: sss\n", true),
      ("passwd: files ldap\n", true), ("passwd: files sss\n", true),
      ("passwd: files [NOTFOUND=return] ldap\n", true), (nil, true),
    ] as [(String?, Bool)])
  func tells(text: String?, mayHide: Bool) {
    #expect(NameServices(parsing: text).mayHideAccounts == mayHide)
  }
}
