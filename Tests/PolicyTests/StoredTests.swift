import InternetMessage
import Testing

@testable import Policy

/// What is on disk is frozen: these files were written once, and every later version must read them or refuse them.
@Suite("Frozen bytes of senders.db")
struct StoredTests {
  private static let senders = """
    alice alice@example.com @shop.example @.sub.example * <> mode=audit from_policy=rewrite
      messages_per_hour=1 recipients_per_hour=2 messages_per_day=3 recipients_per_day=unlimited
      recipients_per_message=0 message_size_limit=1M header_size_limit=64K
      default=a@z.example suspended="why not"
    uid:77 <>

    """

  /// Every setting away from its default, and the users without names that a machine would have to know.
  private static var configuration: Configuration {
    let file = ConfigurationFile.parse(Vectors.file("senders-2.cf", in: "stored"), file: "")
    var configuration = file.configuration
    configuration.exemptUsers = [.login(bytes("root")), .uid(33)]
    return configuration
  }

  private func file(_ name: String) -> IndexFile {
    IndexFile(bytes: Vectors.file(name, in: "stored"))
  }

  @Test func `a file of this version is read, setting by setting and entry by entry`() throws {
    let file = file("senders-2.db")
    let index = try file.index()
    #expect(index.configuration == Self.configuration)
    #expect(index.header.source == SenderIndexTests.source)
    let alice = try #require(try file.entry(1001))
    #expect(alice.rules == SendersFile.parse(bytes(Self.senders), file: "").entries.first?.rules)
    #expect(alice.mode == .audit && alice.fromPolicy == .rewrite && !alice.isExempt)
    #expect(try file.entry(33)?.isExempt == true && file.entry(33)?.isListed == false)
    #expect(try file.entry(77)?.isListed == true && file.entry(77)?.user == bytes("uid:77"))
    #expect(try file.entry(1002)?.defaultAddress == address("bob@host.example"))
  }

  @Test func `the same files still compile to the same bytes`() {
    let built = SenderIndexTests.build(Self.senders, configuration: Self.configuration)
    #expect(built.problems.isEmpty)
    #expect(built.file?.bytes == file("senders-2.db").bytes)
  }

  @Test func `a file of the version before is refused`() {
    #expect(file("senders-1.db").fault(1001) == .version(1))
  }

  @Test func `a setting of a later version refuses, in the settings and in an entry`() throws {
    var settings = file("senders-2.db")
    // The first field's code, and the checksum over the head with it.
    settings.bytes[84] = 0xFA
    let end = try file("senders-2.db").index().header.settingsEnd - 8
    var sum: [UInt8] = []
    LittleEndian.append(Checksum.fnv1a(settings.bytes, 0..<end), to: &sum)
    settings.bytes.replaceSubrange(end..<(end + 8), with: sum)
    #expect(settings.fault(1001) == .setting(0xFA))

    var entry: [UInt8] = []
    SenderEntryCoding.append(SenderEntry(uid: 7, user: []), to: &entry)
    // uid, flags, three empty strings; then the fields: one with the code 250 and no value.
    var body = Array(entry[..<12]) + [4, 0, 0xFA, 0, 0, 0] + [0, 0, 0, 0]
    LittleEndian.append(Checksum.fnv1a(body), to: &body)
    #expect(throws: SenderIndexFault.setting(0xFA)) {
      try SenderEntryCoding.decode(body, uid: 7)
    }
  }

  @Test func `the codes of words, options, counters and notices are those that were given`() {
    let given = String(decoding: Vectors.file("codes", in: "stored"), as: UTF8.self)
    func words<Word: SettingWord>(_ type: Word.Type) -> [String] {
      type.allCases.map { "\(type) \($0.storedCode) \($0.rawValue)" }
    }
    let settings = Setting.options.filter { !$0.isParameter }.map { "option \($0.code) \($0.name)" }
    let reasons =
      ReasonCode.allCases.map { "counter \($0.counterIndex) \($0.rawValue)" }
      + [
        "counter \(Counters.repairedIndex) repaired",
        "counter \(Counters.rewrittenIndex) rewritten",
      ]
    let notices = NoticeKind.allCases.map { "notice \($0.index) \($0)" }
    let now =
      settings + words(Mode.self) + words(FromPolicy.self) + words(AmbiguousFrom.self)
      + words(UnlistedUsers.self) + words(PHPScriptHeader.self)
      + words(HandoffKind.self) + words(SyslogFacility.self) + reasons + notices
    for line in given.split(separator: "\n") where !line.hasPrefix("#") {
      #expect(now.contains(String(line)), "\(line)")
    }
    #expect(
      Set(now.map { $0.split(separator: " ").prefix(2).joined(separator: " ") }).count == now.count)
    #expect(now.allSatisfy { given.contains("\($0)\n") }, "a new one belongs into the file")
    #expect(Set(Setting.all.map(\.name)).count == Setting.all.count)
  }

  @Test func `the code of a parameter is its place in the file with every name`() {
    let file = ConfigurationFile.parse(Vectors.file("every-name.cf"), file: "")
    let lines = Setting.parameters.compactMap { file.line(of: $0.name) }
    #expect(lines == lines.sorted() && lines.count == Setting.parameters.count)
    let codes = Setting.parameters.map(\.code)
    #expect(codes == codes.sorted() && Set(codes).count == codes.count)
  }
}
