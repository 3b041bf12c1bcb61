import LinuxSystem
import Policy
import Submission

/// A whole session: what a client sends to `sendmail -bs`.
///
/// How the input is cut into pieces does not matter; replies are lines that a client can take; and what a transaction
/// asks for is a command line that the parser of command lines understands in the same way.
func fuzzSMTP(_ bytes: [UInt8]) {
  let whole = Session(bytes, pieceBytes: 32_768)
  let step = 1 + (bytes.last.map(Int.init) ?? 0) % 17 + bytes.count / 256
  let pieces = Session(bytes, pieceBytes: step)
  require(pieces == whole, "it does not matter in which pieces the client sends")
  for transaction in whole.transactions { requireUnderstood(transaction) }
  requireReplies(whole.received)
}

private func requireUnderstood(_ transaction: SMTPEnvelope) {
  require(!transaction.recipients.isEmpty, "a message has a recipient")
  let meant = Invocation(transaction)
  let read: Invocation
  do { read = try Invocation.parse(transaction.commandLine) } catch {
    return require(false, "a transaction is a command line: \(error)")
  }
  require(read.recipients == meant.recipients, "the recipients are those of the transaction")
  require(read.sender == meant.sender, "the sender is that of the transaction")
  require(
    read.bodyType == meant.bodyType && read.notify == meant.notify
      && read.returnContent == meant.returnContent && read.envelopeID == meant.envelopeID,
    "the parameters are those of the transaction")
}

/// Replies are lines that a client can take.
///
///     reply = 3DIGIT ("-" / SP) *VCHAR CRLF        ; at most 512 bytes, RFC 5321 §4.5.3.1.5
private func requireReplies(_ received: [UInt8]) {
  require(received.isEmpty || received.suffix(2) == [0x0D, 0x0A], "replies end with CRLF")
  for line in received.split(separator: 0x0A) {
    require(line.count <= 511 && line.last == 0x0D, "a reply has at most 512 bytes")
    let text = line.dropLast()
    require(
      text.prefix(3).allSatisfy { (0x30...0x39).contains($0) } && text.count > 3,
      "a reply has a code")
    require(text.allSatisfy { (0x20..<0x7F).contains($0) }, "a reply is printable: \(shown(text))")
  }
}

/// One session with a client that sends fixed pieces and reads everything.
private struct Session: Equatable {
  private(set) var received: [UInt8] = []
  private(set) var transactions: [SMTPEnvelope] = []
  private(set) var messages: [[UInt8]] = []

  init(_ bytes: [UInt8], pieceBytes: Int) {
    let client = FuzzClient(bytes, pieceBytes: pieceBytes)
    var connection = SMTPConnection(client)
    let settings = SMTPSettings(
      hostName: Array("host.example".utf8), user: Array("alice".utf8), messageBytes: 65_536,
      recipientLimit: 5)
    var transactions: [SMTPEnvelope] = []
    var messages: [[UInt8]] = []
    _ = SMTPServer.serve(&connection, settings) { transaction, connection in
      transactions.append(transaction)
      var buffer = [UInt8](repeating: 0, count: 1_024)
      var message: [UInt8] = []
      while let count = try? connection.read(into: &buffer), count > 0 {
        message += buffer[..<count]
      }
      messages.append(message)
      return SMTPReply(exitStatus: message.count % 3 == 0 ? 75 : 0)
    }
    received = client.received
    self.transactions = transactions
    self.messages = messages
  }
}

private final class FuzzClient: SMTPTransport {
  private let bytes: [UInt8]
  private let pieceBytes: Int
  private var index = 0
  private(set) var received: [UInt8] = []

  init(_ bytes: [UInt8], pieceBytes: Int) {
    self.bytes = bytes
    self.pieceBytes = pieceBytes
  }

  func receive(into buffer: inout [UInt8]) throws(Errno) -> Int {
    let count = min(pieceBytes, buffer.count, bytes.count - index)
    for offset in 0..<count { buffer[offset] = bytes[index + offset] }
    index += count
    return count
  }

  func send(_ bytes: [UInt8]) throws(Errno) { received += bytes }
}
