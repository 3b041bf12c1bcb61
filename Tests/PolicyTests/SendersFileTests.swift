import InternetMessage
import Policy
import Testing

@Suite("senders")
struct SendersFileTests {
  private func parse(_ text: String) -> (entries: [UnresolvedEntry], problems: [FileProblem]) {
    SendersFile.parse(bytes(text), file: "senders")
  }

  @Test func `the sample of the documentation is read as it is meant`() throws {
    let (entries, problems) = SendersFile.parse(Vectors.file("sample.senders"), file: "senders")
    #expect(problems.isEmpty)
    #expect(entries.map(\.site.written) == ["alice", "uid:1005", "cronjob"].map(bytes))
    let alice = try #require(entries.first).rules
    #expect(alice.patterns.map(\.written) == ["alice@example.com", "@shop.example"].map(bytes))
    #expect(alice.defaultAddress == address("alice@example.com"))
    #expect(alice.messagesPerHour == .count(500))
    #expect(entries[1].rules.mode == .audit)
    #expect(entries[1].rules.patterns.last == .subdomains(bytes("other.example")))
    #expect(entries[2].rules.patterns == [.any, .nullSender])
    #expect(entries[2].rules.defaultAddress == nil)
  }

  @Test func `every option is read`() throws {
    let line =
      "alice a=b@example.com,Info@Example.COM default=Box@example.com mode=audit "
      + "from_policy=rewrite messages_per_hour=1 recipients_per_hour=2 messages_per_day=3 "
      + "recipients_per_day=unlimited recipients_per_message=5 message_size_limit=6K "
      + "header_size_limit=7K suspended=\"spam, again\"\n"
    let (entries, problems) = parse(line)
    #expect(problems.isEmpty)
    let rules = try #require(entries.first).rules
    #expect(rules.patterns.map(\.written) == ["a=b@example.com", "info@example.com"].map(bytes))
    #expect(rules.defaultAddress?.written == bytes("Box@example.com"))
    #expect(rules.mode == .audit && rules.fromPolicy == .rewrite)
    #expect(rules.messagesPerHour == .count(1) && rules.recipientsPerHour == .count(2))
    #expect(rules.messagesPerDay == .count(3) && rules.recipientsPerDay == .unlimited)
    #expect(rules.recipientsPerMessage == .count(5))
    #expect(rules.messageBytes == 6_144 && rules.headerBytes == 7_168)
    #expect(rules.suspended == bytes("spam, again"))
  }

  struct Word: Sendable, CustomTestStringConvertible {
    let word: String
    let fault: FileFault?
    var testDescription: String { word }
    init(_ word: String, _ fault: FileFault? = nil) {
      self.word = word
      self.fault = fault
    }
    static func bad(_ word: String, _ fault: PatternFault) -> Word {
      Word(word, .badPattern(bytes(word), fault))
    }
  }

  @Test(arguments: [
    Word("a@b.example"), .bad("a", .notAnAddress), .bad("@", .domain), .bad("a@", .domain),
    Word("@b.example"), Word("@.b.example"), .bad("@..b.example", .domain),
    .bad("@b.example.", .domain), Word("*"), .bad("**", .notAnAddress), Word("<>"),
    .bad("<", .notAnAddress), .bad("<a@b.example>", .localPart), Word("a.b@c.example"),
    .bad("a..b@c.example", .localPart), .bad(".a@c.example", .localPart),
    .bad("a.@c.example", .localPart), .bad("a@b@c.example", .localPart),
    .bad("a%b@c.example", .route), .bad("b!a@c.example", .route),
    .bad("\"a\"@c.example", .localPart), .bad("a@[192.0.2.1]", .domain), Word("ü@ü.example"),
    Word("a=b@c.example"), Word("mode=audit"),
    Word(
      "mode=x@c.example",
      .badValue(
        name: bytes("mode"), value: bytes("x@c.example"),
        expected: .oneOf(["enforce", "audit"]))),
    // As an address it would be written again as the option.
    .bad("mOde=x@c.example", .option), .bad("Default=a@b.example", .option),
    .bad("SUSPENDED=why@b.example", .option), Word("Modes=x@c.example"),
    Word("quota=3", .unknownOption(bytes("quota=3"))),
    Word("handoff=exec", .unknownOption(bytes("handoff=exec"))),
    Word("messages_per_hour=", .emptyValue(name: bytes("messages_per_hour"))),
    Word("messages_per_hour=\"7\""),
    Word("suspended=spam"), Word("suspended=", .emptyValue(name: bytes("suspended"))),
    Word("suspended=\"x y", .unterminatedQuote(name: bytes("suspended"))),
    Word("suspended=\"x\"y", .unterminatedQuote(name: bytes("suspended"))),
    Word("default=a@b.example"),
    Word(
      "default=@b.example",
      .badValue(
        name: bytes("default"), value: bytes("@b.example"), expected: .address)),
    Word(
      "default=*",
      .badValue(
        name: bytes("default"), value: bytes("*"), expected: .address)),
    Word("mode=audit mode=audit", .repeatedOption(bytes("mode"))),
    Word("default=a@b.example default=a@b.example", .repeatedOption(bytes("default"))),
  ])
  func `a word is accepted or told with its fault`(word: Word) {
    let problems = parse("\nalice \(word.word)\n").problems
    #expect(problems.map(\.fault) == (word.fault.map { [$0] } ?? []))
    #expect(problems.allSatisfy { $0.line == 2 })
  }

  @Test func `a U-label and its A-label are one domain`() throws {
    let (entries, _) = parse("a x@B\u{FC}cher.example\nb x@xn--bcher-kva.example\n")
    #expect(entries.count == 2 && entries[0].rules == entries[1].rules)
  }

  @Test func `two entries for one site name both lines`() {
    let problems = parse("alice *\nbob *\nalice <>\nuid:7 *\nuid:07 *\n").problems
    #expect(problems.map(\.line) == [3, 5])
    #expect(
      problems.map(\.fault) == [
        .repeatedUser(bytes("alice"), firstLine: 1), .repeatedUser(bytes("uid:7"), firstLine: 4),
      ])
  }

  @Test func `every problem of a file is told with its line`() {
    let (_, problems) = SendersFile.parse(Vectors.file("problems.senders"), file: "senders")
    let expected = String(decoding: Vectors.file("problems.senders.expected"), as: UTF8.self)
    #expect(Vectors.lines(problems) == expected)
  }

  @Test func `an entry has a greatest number of patterns`() {
    let most = SendersFile.maximumPatterns
    let words = (0..<most).map { "a\($0)@b.example" }.joined(separator: " ")
    #expect(parse("alice \(words)\n").problems.isEmpty)
    #expect(
      parse("alice \(words) c@b.example d@b.example\n").problems.map(\.fault) == [
        .tooManyPatterns(limit: most)
      ])
  }
}
