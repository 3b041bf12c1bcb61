import Foundation
import Submission
import Testing

/// The dialogues of Tests/Vectors/smtp, which the compliance tests also hold with Postfix's own `sendmail -bs`.
@Suite("SMTP: dialogues")
struct SMTPVectorTests {
  @Test(arguments: try Dialogue.all()) func `a dialogue is held as it is written`(
    dialogue: Dialogue
  ) {
    let session = Session(ScriptedClient([dialogue.client]))
    #expect(session.replies == ["220"] + dialogue.replies)
    #expect(session.messages.map(Dialogue.body) == dialogue.bodies)
  }

  @Test(arguments: try Dialogue.all()) func `how the input arrives does not matter`(
    dialogue: Dialogue
  ) {
    for size in [1, 2, 3, 7, 2_048, 2_049] where dialogue.client.count < 60_000 {
      let client = ScriptedClient(dialogue.pieces(of: size))
      #expect(Session(client).replies == ["220"] + dialogue.replies)
    }
    var random = Randomness(seed: 1)
    for _ in 0..<20 {
      let session = Session(ScriptedClient(dialogue.pieces(&random)))
      #expect(session.replies == ["220"] + dialogue.replies)
      #expect(session.messages.map(Dialogue.body) == dialogue.bodies)
    }
  }

  @Test func `input may be cut anywhere`() throws {
    let dialogue = try #require(try Dialogue.all().first { $0.name == "behind-the-end" })
    for cut in 0...dialogue.client.count {
      let session = Session(
        ScriptedClient([Array(dialogue.client[..<cut]), Array(dialogue.client[cut...])]))
      #expect(session.replies == ["220"] + dialogue.replies)
      #expect(session.messages.map(Dialogue.body) == dialogue.bodies)
    }
  }

  @Test func `there are dialogues`() throws {
    #expect(try Dialogue.all().count >= 20)
  }
}

/// One file; see the README beside it.
struct Dialogue: Sendable, CustomTestStringConvertible {
  let name: String
  private(set) var client: [UInt8] = []
  private(set) var replies: [String] = []
  private(set) var bodies: [[UInt8]] = []

  var testDescription: String { name }

  static func all() throws -> [Dialogue] {
    let directory = URL(filePath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appending(components: "Vectors", "smtp")
    return try FileManager.default.contentsOfDirectory(atPath: directory.path())
      .filter { $0.hasSuffix(".txt") }.sorted().map { file in
        let text = try String(contentsOf: directory.appending(component: file), encoding: .utf8)
        return Dialogue(name: String(file.dropLast(4)), text)
      }
  }

  private init(name: String, _ text: String) {
    self.name = name
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      let kind = parts[0].split(separator: "*")
      let times = kind.count == 2 ? Int(kind[1]) ?? 0 : 1
      let content = String(parts[1].dropFirst())
      switch kind[0] {
      case "C": for _ in 0..<times { client += Self.octets(content) + [0x0D, 0x0A] }
      case "c": for _ in 0..<times { client += Self.octets(content) }
      case "S": replies += Array(repeating: content, count: times)
      case "Q": bodies.append(Self.octets(content))
      default: break
      }
    }
  }

  /// Resolves escapes, then repetitions: `{x*3}`.
  private static func octets(_ text: String) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = text[...]
    while let character = rest.popFirst() {
      if character == "{", let close = rest.firstIndex(of: "}"),
        let star = rest[..<close].lastIndex(of: "*"),
        let count = Int(rest[rest.index(after: star)..<close])
      {
        bytes += Array(repeating: octets(String(rest[..<star])), count: count).flatMap(\.self)
        rest = rest[rest.index(after: close)...]
      } else if character == "\\", let letter = rest.popFirst() {
        switch letter {
        case "r": bytes.append(0x0D)
        case "n": bytes.append(0x0A)
        case "x":
          bytes.append(UInt8(rest.prefix(2), radix: 16) ?? 0)
          rest = rest.dropFirst(2)
        default: bytes += Array(String(letter).utf8)
        }
      } else {
        bytes += Array(String(character).utf8)
      }
    }
    return bytes
  }

  /// What is behind the header section of a message.
  static func body(of message: [UInt8]) -> [UInt8] {
    for index in message.indices.dropFirst()
    where message[index] == 0x0A && message[index - 1] == 0x0A {
      return Array(message[(index + 1)...])
    }
    return []
  }

  /// The client's bytes in pieces of one size.
  func pieces(of size: Int) -> [[UInt8]] {
    stride(from: 0, to: client.count, by: size).map {
      Array(client[$0..<min($0 + size, client.count)])
    }
  }

  /// The client's bytes in pieces of random sizes.
  func pieces(_ random: inout Randomness) -> [[UInt8]] {
    var pieces: [[UInt8]] = []
    var start = 0
    while start < client.count {
      let end = min(
        start + Int.random(in: 1...3_000, using: &random)
          / Int.random(in: 1...1_000, using: &random) + 1, client.count)
      pieces.append(Array(client[start..<end]))
      start = end
    }
    return pieces
  }
}
