import InternetMessage
import Policy
import Submission
import Testing

/// Postfix's smtp(8) and lmtp(8) cut a longer line at byte 998, wherever that is.
@Suite("No line of an identity field is cut on its way")
struct LineLengthTests {
  private static let limit = MessageLimits.lineBytes
  private static let long = String(repeating: "x", count: 950)

  /// Which lines of identity fields are too long.
  private func tooLong(_ decided: Decided) throws -> [String] {
    let header = try #require(decided.header)
    var isIdentity = false
    return header.split(separator: "\n").map(String.init).filter { line in
      if !line.hasPrefix(" ") && !line.hasPrefix("\t") {
        let name = line.prefix { $0 != ":" }.lowercased()
        isIdentity = ["from", "sender", "resent-from", "resent-sender"].contains(name)
      }
      return isIdentity && line.utf8.count > Self.limit
    }
  }

  @Test(arguments: [
    ["-F", long], ["-F", long + ", \"quoted\""], ["-F", String(repeating: "é ", count: 320)],
    ["-f", String(repeating: "a", count: 880) + "@shop.example", "-F", long],
  ])
  func `a From: that is added is folded, however long the name is`(words: [String]) throws {
    let decided = try Decided(
      [UInt8]("To: r@x.example\n\nhi\n".utf8), ["-t"] + words,
      Decided.policy("@shop.example info@shop.example"))
    #expect(decided.decision == "permit", "\(decided.text)")
    #expect(try tooLong(decided).isEmpty)
  }

  @Test func `a sender of which no From: can be made is refused, unless there is one`() throws {
    let words = ["-f", String(repeating: "a", count: 980) + "@shop.example", "r@x.example"]
    let policy = try Decided.policy("@shop.example")
    let refused = try Decided([UInt8]("Subject: x\n\nhi\n".utf8), words, policy)
    #expect(refused.decision == "envelope-not-allowed")
    #expect(refused.text.contains("more than 900 bytes"))
    let message = [UInt8]("From: a@shop.example\n\nhi\n".utf8)
    #expect(try Decided(message, words, policy).decision == "permit")
  }

  @Test func `a name that Postfix would write into one line with the address is left out`() throws {
    let message = [UInt8]("From: a@shop.example\nResent-To: r@x.example\n\nhi\n".utf8)
    let policy = try Decided.policy("@shop.example")
    func name(_ name: String) throws -> String? {
      let words = try Decided(message, ["-t", "-fa@shop.example", "-F", name], policy).arguments
      return words.firstIndex(of: "-F").map { words[$0 + 1] }
    }
    #expect(try name(Self.long) == "")
    #expect(try name("Ann") == "Ann")
  }

  @Test(arguments: ["reject", "repair"])
  func `a long line is folded or refused`(form: String) throws {
    let body = "\(Self.long) \(Self.long.prefix(60)) <a@shop.example>"
    let policy = try Decided.policy("@shop.example", "ambiguous_from = \(form)")
    let decided = try Decided(
      [UInt8]("To: r@x.example\nFrom: \(body)\n\nhi\n".utf8), ["-t"], policy)
    #expect(decided.decision == (form == "repair" ? "permit" : "from-ambiguous"))
    if form == "repair" { #expect(try tooLong(decided).isEmpty) }
  }

  @Test(arguments: [1, 899, 900, 901, 1_800, 2_700, 3_900])
  func `the former From: of a rewritten message has no line of blanks only`(blanks: Int) throws {
    let former = "evil@bank.example" + String(repeating: " ", count: blanks) + "(x)"
    let policy = try Decided.policy("a@shop.example", "from_policy = rewrite")
    let decided = try Decided(
      [UInt8]("To: r@x.example\nFrom: \(former)\n\nhi\n".utf8), ["-t"], policy)
    #expect(decided.decision == "permit", "\(decided.text)")
    let kept = try #require(decided.body(.xPosternOriginalFrom))
    #expect(kept.filter { $0 != " " } == former.filter { $0 != " " })
  }

  @Test func `domains put behind many mailboxes make no line too long`() throws {
    let policy = try Decided.policy("@origin.example", "ambiguous_from = reject")
    let words = ["-t", "-fa@origin.example"]
    for (count, decision) in [(2, "permit"), (50, "from-ambiguous")] {
      let body = (0..<count).map { "a\($0)" }.joined(separator: ",")
      let message = "To: r@x.example\nFrom: \(body)\nSender: a\n\nhi\n"
      let decided = try Decided([UInt8](message.utf8), words, policy)
      #expect(decided.decision == decision, "\(decided.text)")
      if decision == "permit" { #expect(try tooLong(decided).isEmpty) }
    }
  }

  /// The attack: a permitted domain becomes another where the line is cut.
  @Test func `what would stand behind the cut is judged`() throws {
    let padding = String(repeating: "x", count: 998 - 6 - 6)
    let body = "\(padding) <ceo@bank.example.shop.example>"
    let decided = try Decided(
      [UInt8]("To: r@x.example\nFrom: \(body)\n\nhi\n".utf8), ["-t"],
      Decided.policy("@bank.example.shop.example"))
    #expect(decided.decision == "permit" ? try tooLong(decided).isEmpty : true)
    if decided.decision == "permit" {
      #expect(decided.header?.contains("<ceo@bank.example.shop.example>\n") == true)
    }
  }

  @Test func `rewrite writes short lines, too`() throws {
    let name = String(repeating: "word ", count: 190)
    let policy = try Decided.policy("info@shop.example from_policy=rewrite")
    let decided = try Decided(
      [UInt8]("To: r@x.example\nFrom: \(name)<v@mail.example>\n\nhi\n".utf8), ["-t"], policy)
    #expect(decided.decision == "permit", "\(decided.text)")
    #expect(try tooLong(decided).isEmpty)
    let header = try #require(decided.header)
    #expect(header.split(separator: "\n").allSatisfy { $0.utf8.count <= Self.limit })
  }
}

@Suite("What Postfix would not take is refused before it is charged")
struct QueueFileTests {
  private func decision(lines: Int, of bytes: Int, limit: UInt64) throws -> String {
    var policy = try Decided.policy("info@shop.example")
    var configuration = policy.configuration
    configuration.postfixMessageBytes = limit
    configuration.sizes.messageBytes = min(configuration.sizes.messageBytes, limit)
    policy = SenderPolicy(uid: 1001, configuration: configuration, entry: policy.entry)
    let line = String(repeating: "x", count: bytes) + "\n"
    let message = "From: info@shop.example\n\n" + String(repeating: line, count: lines)
    return try Decided([UInt8](message.utf8), ["r@x.example"], policy).decision
  }

  @Test(arguments: [
    // 76 bytes are 78 in the queue file; 8 KB and the envelope come on top.
    (10_000, 76, 800_000, "permit"), (10_200, 76, 800_000, "size-limit"),
    // An empty line is two bytes.
    (390_000, 0, 800_000, "permit"), (399_000, 0, 800_000, "size-limit"),
    (380, 2_048, 800_000, "permit"), (390, 2_048, 800_000, "size-limit"),
    (11_000, 76, 800_000, "size-limit"), (10_000, 76, 8_000_000, "permit"),
  ])
  func `the queue file counts, not the message alone`(
    lines: Int, bytes: Int, limit: UInt64, expected: String
  ) throws {
    #expect(try decision(lines: lines, of: bytes, limit: limit) == expected)
  }
}
