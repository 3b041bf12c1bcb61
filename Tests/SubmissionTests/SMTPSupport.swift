import LinuxSystem
import Policy
import Submission

/// A client that sends fixed pieces and remembers what it gets, and what it had got when it was waited for.
final class ScriptedClient: SMTPTransport {
  private var pieces: [[UInt8]]
  /// What happens behind the last piece; nil is the end of the input.
  private let ending: Errno?
  /// All that was sent to it.
  private(set) var received: [UInt8] = []
  /// How much of it had been sent whenever the server waited for input.
  private(set) var receivedWhenWaiting: [Int] = []
  /// Whether it has stopped reading.
  var isDeaf = false

  init(_ pieces: [[UInt8]], ending: Errno? = nil) {
    self.pieces = pieces.filter { !$0.isEmpty }
    self.ending = ending
  }

  func receive(into buffer: inout [UInt8]) throws(Errno) -> Int {
    receivedWhenWaiting.append(received.count)
    guard let piece = pieces.first else {
      if let ending { throw ending }
      return 0
    }
    let count = min(piece.count, buffer.count)
    buffer.replaceSubrange(0..<count, with: piece[..<count])
    pieces[0] = Array(piece[count...])
    if pieces[0].isEmpty { pieces.removeFirst() }
    return count
  }

  func send(_ bytes: [UInt8]) throws(Errno) {
    if isDeaf { throw .connectionLost }
    received += bytes
  }
}

/// A session with a client that sends all at once, or in pieces, and a site that takes every message.
struct Session {
  static let settings = SMTPSettings(
    hostName: Array("host.example".utf8), user: Array("alice".utf8), messageBytes: 26_214_400,
    recipientLimit: nil)

  private(set) var end: SMTPServer.End = .finished
  private(set) var replies: [String] = []
  private(set) var transactions: [SMTPEnvelope] = []
  /// The messages that were complete, header section and body.
  private(set) var messages: [[UInt8]] = []

  init(
    _ client: ScriptedClient, _ settings: SMTPSettings = Self.settings, limit: UInt64 = 26_214_400,
    answer: (SMTPEnvelope, [UInt8]) -> SMTPReply = { _, _ in SMTPReply(exitStatus: 0) }
  ) {
    var connection = SMTPConnection(client)
    var transactions: [SMTPEnvelope] = []
    var messages: [[UInt8]] = []
    end = SMTPServer.serve(&connection, settings) { transaction, connection in
      transactions.append(transaction)
      do {
        let intake = try Intake(
          reading: &connection, dotEndsInput: false,
          sizes: SizeLimits(messageBytes: limit, headerBytes: 100_000), keepsOriginal: false)
        let header = intake.header
        let file = try intake.seal(header: header)
        messages.append(try file.readToEnd(limit: 1 << 25))
        return answer(transaction, messages[messages.count - 1])
      } catch {
        return SMTPReply(
          refusing: (error as? IntakeError).map { .intake($0) } ?? .noRecipients(extracted: false))
      }
    }
    self.transactions = transactions
    self.messages = messages
    replies = Self.codes(of: client.received)
  }

  init(_ input: String, _ settings: SMTPSettings = Self.settings) {
    self.init(ScriptedClient([Array(input.utf8)]), settings)
  }

  /// Code and enhanced status code of every reply.
  static func codes(of received: [UInt8]) -> [String] {
    String(decoding: received, as: UTF8.self).split(separator: "\r\n").compactMap { line in
      let words = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
      guard let code = words.first, code.count == 3 else { return nil }
      guard words.count > 1, words[1].split(separator: ".").count == 3,
        words[1].allSatisfy({ $0.isNumber || $0 == "." })
      else { return String(code) }
      return "\(code) \(words[1])"
    }
  }
}

/// The same random numbers in every run.
struct Randomness: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
