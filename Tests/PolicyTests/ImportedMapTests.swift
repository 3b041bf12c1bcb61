import Policy
import Testing

@Suite("Entries from a panel's database")
struct ImportedMapTests {
  private func imported(_ text: String) -> ImportedMap {
    ImportedMap.parse(bytes(text), file: "input").map
  }

  private func merged(
    _ text: String, _ senders: String, leavingOut: Set<UserName> = []
  ) -> String? {
    imported(text).merged(into: bytes(senders), leavingOut: leavingOut)
      .map { String(decoding: $0, as: UTF8.self) }
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

  @Test func `who is left out gets no entry, and loses the one of before`() {
    let before = block("alice @a.example\nweb1 @b.example\n")
    #expect(
      merged(
        "alice\t@a.example\nweb1\t@b.example\n", before, leavingOut: [.login(bytes("alice"))])
        == block("web1 @b.example\n"))
  }

  @Test func `options stand in the third column, and several lines of one user are one entry`() {
    let text = """
      web1\t@a.example\tmessages_per_hour=500 default=info@a.example
      web1\t@b.example\tmessages_per_hour=500
      web2\t@c.example\t

      """
    #expect(
      merged(text, "")
        == block(
          "web1 @a.example @b.example messages_per_hour=500 default=info@a.example\nweb2 @c.example\n"
        ))
  }

  @Test func `a line that cannot be read takes away what its user had, and nobody else's`() {
    let before = block("alice @shop.example\nmallory @taken-away.example\n")
    let (map, problems) = ImportedMap.parse(
      bytes("mallory\t@still.example\nalice\t@shop.example\nmallory\t@my shop.example\n"), file: "i"
    )
    #expect(problems.map(\.line) == [3])
    #expect(map.unreadable == [.login(bytes("mallory"))])
    #expect(map.sites == [.login(bytes("alice"))])
    #expect(
      map.merged(into: bytes(before), leavingOut: []) == bytes(block("alice @shop.example\n")))
  }

  @Test(arguments: [
    ("a top-level domain", "@.com", false, false), ("subdomains", "@.shop.example", false, false),
    ("a top-level domain, subdomains being wanted", "@.com", true, false),
    ("subdomains that are wanted", "@.shop.example", true, true),
    ("a domain", "@shop.example", false, true),
  ])
  func `all subdomains are imported by a word of its own only`(
    what: String, word: String, allowsSubdomains: Bool, isTaken: Bool
  ) {
    let (_, problems) = ImportedMap.parse(
      bytes("alice\t\(word)\n"), file: "i", allowsSubdomains: allowsSubdomains)
    #expect(problems.isEmpty == isTaken, "\(what)")
  }

  @Test(arguments: [
    ("a control of a terminal", "x\u{9B}31m@shop.example", false),
    ("a change of direction", "a\u{202E}@shop.example", false),
    ("something invisible", "a\u{200B}@shop.example", false),
    ("a letter", "jürgen@shop.example", true),
  ])
  func `what would be shown as something else is no address`(
    what: String, word: String, isTaken: Bool
  ) {
    #expect(
      ImportedMap.parse(bytes("alice\t\(word)\n"), file: "i").problems.isEmpty == isTaken,
      "\(what)")
    #expect(
      SendersFile.parse(bytes("alice \(word)\n"), file: "s").problems.isEmpty == isTaken,
      "\(what)")
    #expect(
      !SendersFile.parse(bytes("a b") + [0xFF] + bytes("c@d.example"), file: "s").problems.isEmpty)
  }

  @Test func `an own entry with options only lends them, one with addresses is all there is`()
    throws
  {
    let imported = "web1 @a.example messages_per_day=9\nweb2 @b.example\nweb3 @c.example\n"
    for isBefore in [true, false] {
      let own = "web1 messages_per_hour=500 messages_per_day=7\nweb2 own@x.example\n"
      let text = isBefore ? own + block(imported) : block(imported) + own
      let (entries, problems) = SendersFile.parse(bytes(text), file: "s")
      #expect(problems.isEmpty)
      let rules = Dictionary(uniqueKeysWithValues: entries.map { ($0.site, $0.rules) })
      let lent = try #require(rules[.login(bytes("web1"))])
      #expect(lent.patterns == [.domain(bytes("a.example"))])
      #expect(lent.messagesPerHour == .count(500))
      #expect(lent.messagesPerDay == .count(7), "the administrator's word counts")
      #expect(rules[.login(bytes("web2"))]?.patterns.count == 1)
      #expect(rules[.login(bytes("web2"))]?.patterns != [.domain(bytes("b.example"))])
      #expect(rules[.login(bytes("web3"))]?.patterns == [.domain(bytes("c.example"))])
    }
  }

  @Test func `two own entries of one user, or two imported ones, are an error`() {
    for text in [
      "a a@x.example\na b@x.example\n", block("a @x.example\na @y.example\n"),
      "a a@x.example\n" + block("a @y.example\n") + "a b@x.example\n",
    ] {
      #expect(SendersFile.parse(bytes(text), file: "s").problems.count == 1, "\(text)")
    }
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
    ("a blank and no tab", "web1 @a.example\n"),
    ("a fourth column", "web1\t@a.example\tmode=audit\t\n"),
    ("a bad value of an option", "web1\t@a.example\tmode=none\n"),
    ("two values of an option", "web1\t@a.example\tmode=audit mode=enforce\n"),
    ("an address among the options", "web1\t@a.example\tx@b.example\n"),
    ("everything", "web1\t*\n"), ("no option", "web1\t@a.example\tunlimited\n"),
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
