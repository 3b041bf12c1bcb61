import InternetMessage
import Testing

@testable import Policy

/// A senders.db in memory.
struct IndexFile {
  enum Failure: Error { case read }
  var bytes: [UInt8]

  func readAt(_ offset: UInt64, _ count: Int) throws(Failure) -> [UInt8] {
    let start = min(Int(offset), bytes.count)
    return Array(bytes[start..<min(start + count, bytes.count)])
  }

  /// Opens as the drop-in does.
  func index() throws(SenderIndexError<Failure>) -> SenderIndex {
    try SenderIndex.open(size: UInt64(bytes.count), readAt: readAt)
  }

  /// Looks up as the drop-in does.
  func entry(_ uid: UInt32) throws(SenderIndexError<Failure>) -> SenderEntry? {
    return try index().entry(for: uid, readAt: readAt)
  }

  func fault(_ uid: UInt32) -> SenderIndexFault? {
    do throws(SenderIndexError<Failure>) {
      _ = try entry(uid)
      return nil
    } catch {
      if case .invalid(let fault) = error { return fault }
      return nil
    }
  }
}

@Suite("senders.db")
struct SenderIndexTests {
  static let accounts = [
    ResolvedAccount(uid: 0, login: bytes("root"), fullName: bytes("Root")),
    ResolvedAccount(uid: 1001, login: bytes("alice"), fullName: bytes("Alice A.")),
    ResolvedAccount(uid: 1002, login: bytes("bob")),
    ResolvedAccount(uid: 1002, login: bytes("bob2")),
  ]

  static func resolve(_ site: UserName) -> ResolvedAccount? {
    switch site {
    case .login(let name): accounts.first { $0.login == name }
    case .uid(let uid): accounts.first { $0.uid == uid }
    }
  }

  static let source = SenderIndexHeader.Source(
    builtAt: 1, senders: FileStamp(bytes: 2, modified: 3),
    settings: FileStamp(bytes: 4, modified: 5))

  static func build(
    _ senders: String, configuration: Configuration = settings,
    postfix: PostfixFacts = PostfixFacts(origin: bytes("origin.example"))
  ) -> (file: IndexFile?, problems: [FileProblem]) {
    let parsed = SendersFile.parse(bytes(senders), file: "senders")
    var builder = SenderIndexBuilder(
      file: ConfigurationFile(name: "postern.cf", configuration: configuration),
      postfix: postfix, resolve: resolve)
    builder.add(parsed.entries, file: "senders")
    builder.addExemptUsers()
    builder.addUnlisted(accounts)
    let built = builder.build(from: source, file: "senders")
    return (built.map { IndexFile(bytes: $0) }, parsed.problems + builder.problems)
  }

  static let sample =
    "alice Alice@Example.com @x.example @.y.example * <> mode=audit from_policy=rewrite "
    + "messages_per_hour=0 recipients_per_hour=unlimited recipients_per_day=9 "
    + "message_size_limit=1K suspended=spam default=a@z.example\nuid:77 <>\n"

  @Test func `an entry comes back as it was written`() throws {
    let file = try #require(Self.build(Self.sample).file)
    let alice = try #require(try file.entry(1001))
    let parsed = SendersFile.parse(bytes(Self.sample), file: "").entries
    #expect(alice.rules == parsed[0].rules)
    #expect(alice.login == bytes("alice") && alice.fullName == bytes("Alice A."))
    #expect(alice.isListed && !alice.isExempt)
    #expect(try file.entry(77)?.user == bytes("uid:77"))
    #expect(try file.entry(77)?.login == [])
    #expect(try file.entry(78) == nil)
    #expect(try file.entry(1002) == nil)
  }

  @Test func `an exempt user is in the table, listed or not`() throws {
    let file = try #require(Self.build("alice *\n").file)
    #expect(try file.entry(0)?.isExempt == true && file.entry(0)?.isListed == false)
    let listed = try #require(Self.build("root root@x.example\n").file)
    #expect(try listed.entry(0)?.isExempt == true && listed.entry(0)?.isListed == true)
  }

  @Test func `unlisted accounts may send as login@default_domain only where that is set`() throws {
    var open = settings
    open.unlistedUsers = .login
    let file = try #require(Self.build("alice *\n", configuration: open).file)
    let bob = try #require(try file.entry(1002))
    #expect(bob.user == bytes("bob") && !bob.isListed)
    #expect(bob.defaultAddress == address("bob@host.example"))
    #expect(bob.permits(address("bob@host.example"), delimiter: []))
    #expect(!bob.permits(address("bob2@host.example"), delimiter: []))
    #expect(try #require(Self.build("alice *\n").file).entry(1002) == nil)
  }

  @Test func `two names of one UID name both lines, and nothing is written`() {
    let (file, problems) = Self.build("bob *\nalice *\nbob2 *\nuid:1001 *\n")
    #expect(file == nil)
    #expect(
      problems == [
        FileProblem(
          file: "senders", line: 3,
          fault: .sameUID(1002, user: bytes("bob2"), otherUser: bytes("bob"), otherLine: 1)),
        FileProblem(
          file: "senders", line: 4,
          fault: .sameUID(1001, user: bytes("uid:1001"), otherUser: bytes("alice"), otherLine: 2)),
      ])
  }

  @Test func `names without an account are told, in both files`() {
    var configuration = settings
    configuration.exemptUsers = [.login(bytes("nobody2"))]
    let (file, problems) = Self.build("carol *\n", configuration: configuration)
    #expect(file == nil)
    #expect(
      problems.map(\.fault) == [.unknownUser(bytes("carol")), .unknownUser(bytes("nobody2"))])
    #expect(problems.map(\.file) == ["senders", "postern.cf"])
  }

  @Test func `the default domain is postern.cf's, else Postfix's, and one there must be`() throws {
    func index(_ configuration: Configuration) throws -> SenderIndex {
      try #require(Self.build("alice *\n", configuration: configuration).file).index()
    }
    let own = try index(settings)
    #expect(own.configuration.defaultDomain == bytes("host.example"))
    #expect(!own.header.hasPostfixDomain)
    let other = try index(Configuration())
    #expect(other.configuration.defaultDomain == bytes("origin.example"))
    #expect(other.header.hasPostfixDomain)
    let none = Self.build(
      "alice *\n", configuration: Configuration(), postfix: PostfixFacts(origin: bytes("a b")))
    #expect(none.problems.map(\.fault) == [.noDefaultDomain] && none.file == nil)
  }

  @Test func `a size limit above Postfix's own becomes that one, an entry's too`() throws {
    let senders = "alice * message_size_limit=9K\nbob * message_size_limit=7K\n"
    func sizes(_ limit: UInt64?) throws -> [UInt64?] {
      let postfix = PostfixFacts(messageBytes: limit)
      let file = try #require(Self.build(senders, postfix: postfix).file)
      return [
        try file.index().configuration.sizes.messageBytes,
        try file.entry(1001)?.rules.messageBytes, try file.entry(1002)?.rules.messageBytes,
      ]
    }
    #expect(try sizes(8 << 10) == [8 << 10, 8 << 10, 7 << 10])
    #expect(try sizes(nil) == [25 << 20, 9 << 10, 7 << 10])
    #expect(try sizes(1 << 40) == [25 << 20, 9 << 10, 7 << 10])
  }

  @Test func `every setting comes back as it was written, whatever its size`() throws {
    let parsed = ConfigurationFile.parse(Vectors.file("every-name.cf"), file: "every-name.cf")
    var configuration = parsed.configuration
    configuration.exemptUsers = []
    configuration.unlistedUsers = .reject
    #expect(
      try Self.build("", configuration: configuration).file?.index().configuration == configuration)
    // More than the first read has.
    configuration.exemptUsers = (1..<2_000).map { .uid($0) }
    #expect(
      try Self.build("", configuration: configuration).file?.index().configuration == configuration)
  }

  @Test func `staleness is told by the sizes and times of both files`() throws {
    let header = try #require(Self.build("alice *\n").file).index().header
    func isStale(_ senders: (UInt64, UInt64), _ settings: (UInt64, UInt64)) -> Bool {
      header.isStale(
        senders: FileStamp(bytes: senders.0, modified: senders.1),
        settings: FileStamp(bytes: settings.0, modified: settings.1))
    }
    #expect(!isStale((2, 3), (4, 5)))
    #expect(isStale((1, 3), (4, 5)) && isStale((2, 4), (4, 5)))
    #expect(isStale((2, 3), (3, 5)) && isStale((2, 3), (4, 6)))
  }

  @Test func `no truncation and no changed byte is ever a different answer`() throws {
    let whole = try #require(Self.build(Self.sample).file)
    let answer = try whole.entry(1001)
    for position in whole.bytes.indices {
      var damaged = whole
      damaged.bytes[position] ^= 0x41
      let found = try? damaged.entry(1001)
      #expect(found == nil || found == answer)
    }
    for count in 0..<whole.bytes.count {
      var cut = whole
      cut.bytes.removeLast(whole.bytes.count - count)
      #expect(cut.fault(1001) != nil)
    }
  }

  @Test func `each kind of damage has its fault`() throws {
    let whole = try #require(Self.build(Self.sample).file)
    func fault(_ change: (inout [UInt8]) -> Void) -> SenderIndexFault? {
      var file = whole
      change(&file.bytes)
      return file.fault(1001)
    }
    let size = UInt64(whole.bytes.count)
    let entries = try whole.index().header.settingsEnd
    #expect(fault { $0 = [] } == .truncated)
    #expect(fault { $0[0] = 0 } == .foreign)
    #expect(fault { $0[8] = 9 } == .version(9))
    #expect(fault { $0[48] ^= 1 } == .headerChecksum)
    #expect(fault { $0[86] ^= 1 } == .headerChecksum)
    #expect(fault { $0.append(0) } == .size(expected: size, actual: size + 1))
    #expect(
      fault { for at in entries..<$0.count { $0[at] = 0 } } == .slotChecksum(uid: 1001))
    #expect(fault { $0[entries + 20] ^= 1 } == .entryChecksum(uid: 1001))
  }

  @Test func `a failing read is an error, never an absent user`() throws {
    let file = try #require(Self.build(Self.sample).file)
    let index = try file.index()
    #expect(throws: SenderIndexError<IndexFile.Failure>.self) {
      try index.entry(for: 1001) { (_, _) throws(IndexFile.Failure) -> [UInt8] in throw .read }
    }
  }

  @Test func `a large map answers for every UID with two reads`() throws {
    let users: UInt32 = 5_000
    let text = (0..<users).map { "uid:\($0 &* 2_654_435 % 99_999_989) a\($0)@x.example\n" }.joined()
    let file = try #require(Self.build(text).file)
    let index = try file.index()
    for number in 0..<users {
      var reads = 0
      let uid = number &* 2_654_435 % 99_999_989
      let entry = try index.entry(for: uid) { (offset, count) throws(IndexFile.Failure) in
        reads += 1
        return try file.readAt(offset, count)
      }
      #expect(entry?.defaultAddress == address("a\(number)@x.example"))
      #expect(reads == 2)
    }
    #expect(try index.allEntries(readAt: file.readAt).count >= Int(users))
  }
}
