import Policy
import Testing

@Suite("mailboxes:DOMAIN")
struct MailboxTests {
  private func directory(_ listings: String...) -> MailboxDirectory {
    var directory = MailboxDirectory(localDomains: [bytes("host.example"), bytes("$bad")])
    for listing in listings { directory.add(listing: bytes(listing)) }
    return directory
  }

  private func expanded(
    _ line: String, _ directory: MailboxDirectory
  ) -> (patterns: [String], faults: [FileFault]) {
    let (entries, problems) = SendersFile.parse(bytes("alice \(line)\n"), file: "senders")
    var faults = problems.map(\.fault)
    guard var entry = entries.first else { return ([], faults) }
    directory.expand(&entry, &faults)
    return (entry.rules.patterns.map { String(decoding: $0.written, as: UTF8.self) }, faults)
  }

  @Test func `it becomes every mailbox and alias of the domain, and no other`() {
    let tables = directory(
      "info@shop.example\tx\nSALES@Shop.Example\ty\nother@else.example\tz\n",
      "alias@shop.example info@shop.example, other@else.example\n")
    let (patterns, faults) = expanded("own@a.example mailboxes:SHOP.example", tables)
    #expect(
      patterns == [
        "own@a.example", "alias@shop.example", "info@shop.example", "sales@shop.example",
      ])
    #expect(faults.isEmpty)
  }

  @Test func `an address in the value of an alias is none that exists`() {
    let (patterns, _) = expanded(
      "mailboxes:else.example", directory("a@shop.example\tb@else.example\n"))
    #expect(patterns.isEmpty)
  }

  @Test(arguments: [
    ("a catch-all", "@shop.example\tx\n"), ("a subdomain", ".shop.example\tx\n"),
    ("a route", "a%b@shop.example\tx\n"), ("quotes", "\"a b\"@shop.example\tx\n"),
    ("a comment", "# a@shop.example\n"), ("an empty line", "\n\n"),
  ])
  func `a key that is no mailbox is passed over`(what: String, listing: String) {
    let (patterns, faults) = expanded("mailboxes:shop.example", directory(listing))
    #expect(patterns.isEmpty, "\(what)")
    #expect(faults == [.noMailboxes(domain: bytes("shop.example"))], "\(what)")
  }

  @Test func `a key without a domain belongs to the domains of this machine only`() {
    let tables = directory("root\tx\ninfo@shop.example\ty\n")
    #expect(expanded("mailboxes:host.example", tables).patterns == ["root@host.example"])
    #expect(expanded("mailboxes:shop.example", tables).patterns == ["info@shop.example"])
  }

  @Test func `a domain in its U-label form is the same domain`() {
    let tables = directory("info@xn--mller-kva.example\tx\n")
    #expect(
      expanded("mailboxes:müller.example", tables).patterns == ["info@xn--mller-kva.example"])
  }

  @Test(arguments: ["mailboxes:", "mailboxes:@shop.example", "mailboxes:a b"])
  func `without a domain name it is refused`(word: String) {
    let (_, problems) = SendersFile.parse(bytes("alice \(word)\n"), file: "senders")
    #expect(!problems.isEmpty)
  }

  @Test func `more mailboxes than an entry may hold are a fault, one fewer is none`() {
    let limit = SendersFile.maximumPatterns
    let keys = (0..<limit).map { "u\($0)@shop.example\tx\n" }.joined()
    #expect(expanded("mailboxes:shop.example", directory(keys)).faults.isEmpty)
    #expect(
      expanded("a@b.example mailboxes:shop.example", directory(keys)).faults
        == [.tooManyPatterns(limit: limit)])
  }

  @Test func `a mailbox that was expanded is not the default address`() {
    var entry = SendersFile.parse(bytes("alice mailboxes:shop.example\n"), file: "s").entries[0]
    var faults: [FileFault] = []
    directory("info@shop.example\tx\n").expand(&entry, &faults)
    #expect(entry.rules.defaultAddress == nil)
  }
}

@Suite("Tables of mailboxes")
struct MailTableTests {
  @Test(arguments: [
    "hash:/etc/a", "btree:/a", "lmdb:/a", "cdb:/a", "texthash:/a", "command:/bin/x",
  ])
  func `a table that can be listed is accepted as it is written`(word: String) {
    #expect(MailTable(bytes(word)[...])?.written == bytes(word))
    #expect(MailTable(bytes("proxy:" + word)[...])?.written == bytes(word))
  }

  @Test(arguments: ["mysql:/etc/a", "pcre:/a", "hash:a", "/etc/a", "hash:", "command:x y", ""])
  func `a table that cannot be listed is refused`(word: String) {
    #expect(MailTable(bytes(word)[...]) == nil)
  }
}

@Suite("cdb files")
struct ConstantDatabaseTests {
  private func number(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(value >> (8 * $0) & 0xFF) } }

  /// A file with these records and 256 empty tables.
  private func file(_ records: [(key: String, value: String)]) -> [UInt8] {
    let body = records.flatMap { record in
      number(record.key.utf8.count) + number(record.value.utf8.count)
        + bytes(record.key + record.value)
    }
    let table = number(2_048 + body.count) + number(0)
    return (0..<256).flatMap { _ in table } + body
  }

  private func keys(_ bytes: [UInt8]) -> [String]? {
    ConstantDatabase.keys(bytes)?.map { String(decoding: $0, as: UTF8.self) }
  }

  @Test func `every key is listed, whatever its value holds`() {
    let records = [("a@x.example", "b@x.example"), ("", ""), ("c@x.example\0", "d\n")]
    #expect(keys(file(records)) == ["a@x.example", "", "c@x.example"])
    #expect(keys(file([])) == [])
  }

  @Test func `a file that is cut anywhere, or lies about a length, is none`() {
    let whole = file([("a@x.example", "b"), ("c@x.example", "d")])
    for length in 0..<whole.count { #expect(keys(Array(whole.prefix(length))) == nil, "\(length)") }
    for position in [2_048, 2_052] {
      var lying = whole
      lying.replaceSubrange(position..<(position + 4), with: [0xFF, 0xFF, 0xFF, 0xFF])
      #expect(keys(lying) == nil, "\(position)")
    }
  }

  @Test func `a table before the first record makes it none`() {
    var early = file([("a@x.example", "b")])
    early.replaceSubrange(0..<4, with: number(8))
    #expect(keys(early) == nil)
  }
}
