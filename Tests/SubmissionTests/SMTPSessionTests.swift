import LinuxSystem
import Policy
import Submission
import Testing

/// Everything about a session that does not stand in a dialogue.
@Suite("SMTP: sessions")
struct SMTPSessionTests {
  static let envelope = "MAIL FROM:<a@x.example>\r\nRCPT TO:<r@x.example>\r\n"
  static let message = "DATA\r\nSubject: s\r\n\r\ntext\r\n.\r\n"

  static func settings(messageBytes: UInt64 = 26_214_400, recipients: UInt32? = nil) -> SMTPSettings
  {
    SMTPSettings(
      hostName: Array("host.example".utf8), user: Array("alice".utf8), messageBytes: messageBytes,
      recipientLimit: recipients)
  }

  // MARK: Waiting and going away

  @Test func `whenever the server waits, the client has all replies`() {
    let client = ScriptedClient([
      Array("EHLO x\r\n".utf8), Array("NOOP\r\nNOOP\r\nNO".utf8), Array("OP\r\n".utf8),
      Array(Self.envelope.utf8), Array("DATA\r\n".utf8), Array("\r\ntext".utf8),
      Array("\r\n.\r\nQUIT\r\n".utf8),
    ])
    let session = Session(client)
    let seen = client.receivedWhenWaiting.map {
      Session.codes(of: Array(client.received[..<$0])).count
    }
    #expect(seen == [1, 2, 4, 5, 7, 8, 8])
    #expect(session.replies.suffix(2) == ["250 2.0.0", "221 2.0.0"])
    #expect(session.end == .finished)
  }

  @Test func `replies to what came in one piece leave in one piece`() {
    let client = ScriptedClient([Array((Self.envelope + Self.message + "QUIT\r\n").utf8)])
    #expect(Session(client).replies.count == 6)
    #expect(client.receivedWhenWaiting.count == 1)
  }

  @Test func `a silent client is told so and left`() {
    let client = ScriptedClient([Array("NOOP\r\n".utf8)], ending: Self.timeout)
    let session = Session(client)
    #expect(session.replies == ["220", "250 2.0.0", "421 4.4.2"])
    #expect(session.end == .interrupted(.timedOut))
  }

  @Test func `a client that falls silent inside its message is told so, and nothing is sent`() {
    let client = ScriptedClient(
      [Array((Self.envelope + "DATA\r\ntext\r\n").utf8)], ending: Self.timeout)
    let session = Session(client)
    #expect(session.replies == ["220", "250 2.1.0", "250 2.1.5", "354", "421 4.4.2"])
    #expect(session.messages.isEmpty)
    #expect(session.end == .interrupted(.timedOut))
  }

  @Test(arguments: ["", "DATA\r\n", "DATA\r\ntext", "DATA\r\ntext\r\n.", "DATA\r\ntext\r\n.\r"])
  func `a client that goes away before the final dot sends nothing`(beginning: String) {
    let session = Session(Self.envelope + beginning)
    #expect(session.messages.isEmpty)
    #expect(
      session.replies == ["220", "250 2.1.0", "250 2.1.5"] + (beginning.isEmpty ? [] : ["354"]))
    #expect(session.end == .interrupted(.lost))
  }

  @Test func `a client that goes away behind the final dot has sent its message`() {
    #expect(Session(Self.envelope + Self.message).messages.count == 1)
  }

  @Test func `a client that does not read is left, and nothing more is sent for it`() {
    let client = ScriptedClient([Array(Self.envelope.utf8), Array(Self.message.utf8)])
    client.isDeaf = true
    let session = Session(client)
    #expect(session.end == .interrupted(.lost))
    #expect(session.transactions.isEmpty)
  }

  private static let timeout: Errno = {
    do {
      let ends = try FileDescriptor.pipe()
      try ends.readEnd.waitForInput(seconds: 0)
    } catch let error as Errno {
      return error
    } catch {}
    return .connectionLost
  }()

  // MARK: Messages

  @Test func `the message arrives as it was sent, without protecting dots`() {
    let session = Session(Self.envelope + "DATA\r\nSubject: s\r\n\r\n..one\r\n...\r\n.\r\n")
    #expect(session.messages == [Array("Subject: s\n\n.one\n..\n".utf8)])
  }

  @Test func `a message of the largest size passes, one byte more is refused behind its final dot`()
  {
    let body = Array(String(repeating: "x", count: 98).utf8) + [0x0D, 0x0A]
    let text = Array("\r\n".utf8) + Array(repeating: body, count: 10_000).flatMap(\.self)
    let input =
      Array((Self.envelope + "DATA\r\n").utf8) + text + Array(".\r\nNOOP\r\nQUIT\r\n".utf8)
    let fits = Session(ScriptedClient([input]), limit: UInt64(text.count))
    #expect(fits.replies.suffix(3) == ["250 2.0.0", "250 2.0.0", "221 2.0.0"])
    let exceeds = Session(ScriptedClient([input]), limit: UInt64(text.count) - 1)
    #expect(exceeds.replies.suffix(3) == ["552 5.3.4", "250 2.0.0", "221 2.0.0"])
    #expect(exceeds.messages.isEmpty)
  }

  @Test func `what stands in a refused message is no command`() {
    let input =
      Self.envelope + "DATA\r\n" + String(repeating: "RSET\r\n", count: 20_000) + ".\r\nQUIT\r\n"
    let session = Session(ScriptedClient([Array(input.utf8)]), limit: 1_000)
    #expect(session.replies == ["220", "250 2.1.0", "250 2.1.5", "354", "552 5.3.4", "221 2.0.0"])
  }

  @Test func `a refused message leaves the session usable`() {
    var isFirst = true
    let twice = Self.envelope + Self.message + Self.envelope + Self.message + "QUIT\r\n"
    let session = Session(ScriptedClient([Array(twice.utf8)])) { _, _ in
      defer { isFirst = false }
      return SMTPReply(isFirst ? 550 : 250, isFirst ? "5.7.1" : "2.0.0", "")
    }
    #expect(
      session.replies.filter { $0.hasPrefix("550") || $0.hasPrefix("250 2.0.0") }
        == ["550 5.7.1", "250 2.0.0"])
    #expect(session.messages.count == 2)
  }

  @Test func `twenty refused messages end the session, a taken one starts anew`() {
    let one = Self.envelope + Self.message
    var count = 0
    let session = Session(
      ScriptedClient([Array(String(repeating: one, count: 50).utf8)])
    ) { _, _ in
      count += 1
      return count == 20 ? SMTPReply(250, "2.0.0", "Ok") : SMTPReply(550, "5.7.1", "no")
    }
    #expect(count == 40)
    #expect(session.replies.last == "421 4.7.0")
    #expect(session.end == .tooManyErrors)
  }

  // MARK: Bounds

  @Test(arguments: [
    ("of the largest size", "SIZE=1000", "250 2.1.0"), ("one byte more", "SIZE=1001", "552 5.3.4"),
  ]) func `a message is measured when it is announced`(
    name: String, parameter: String, reply: String
  ) {
    let session = Session(
      "MAIL FROM:<a@x.example> \(parameter)\r\nQUIT\r\n", Self.settings(messageBytes: 1_000))
    #expect(session.replies == ["220", reply, "221 2.0.0"])
  }

  @Test func `recipients beyond those of the site are put off, and say why`() {
    let client = ScriptedClient([
      Array(
        ("MAIL FROM:<a@x.example>\r\n"
          + String(repeating: "RCPT TO:<r@x.example>\r\n", count: 3) + Self.message).utf8)
    ])
    let session = Session(client, Self.settings(recipients: 2))
    #expect(
      session.replies
        == ["220", "250 2.1.0", "250 2.1.5", "250 2.1.5", "452 4.5.3", "354", "250 2.0.0"])
    #expect(session.transactions.map(\.recipients.count) == [2])
    #expect(
      String(decoding: client.received, as: UTF8.self).contains(
        "452 4.5.3 refused (recipient-limit): the message has 3 recipients, but alice may send to at most 2"
      ))
  }

  @Test func `a site that may name nobody names nobody`() {
    #expect(Session(Self.envelope, Self.settings(recipients: 0)).replies.last == "452 4.5.3")
  }

  @Test func `a thousand recipients too many are forgiven, then each one is an error`() {
    let many =
      "MAIL FROM:<a@x.example>\r\n" + String(repeating: "RCPT TO:<r@x.example>\r\n", count: 3_000)
    let session = Session(many, Self.settings(recipients: 1))
    #expect(session.replies.filter { $0 == "452 4.5.3" }.count == 1_020)
    #expect(session.replies.last == "421 4.7.0")
  }

  @Test func `an endless line is an error, not a burden`() {
    let session = Session(String(repeating: "x", count: 1_000_000) + "\r\nQUIT\r\n")
    #expect(session.replies == ["220", "500 5.5.2", "221 2.0.0"])
  }

  @Test func `who has more thrown away than anybody would send is left`() {
    /// Sends x for ever.
    struct Flood: SMTPTransport {
      mutating func receive(into buffer: inout [UInt8]) throws(Errno) -> Int { buffer.count }
      mutating func send(_ bytes: [UInt8]) throws(Errno) {}
    }
    var connection = SMTPConnection(Flood())
    let end = SMTPServer.serve(&connection, Self.settings()) { _, _ in SMTPReply(250, nil, "") }
    #expect(end == .interrupted(.flooded))
  }

  // MARK: What only Postern's own replies show

  @Test func `parameters that do not exist are named`() {
    let client = ScriptedClient([
      Array(
        ("MAIL FROM:<a@x.example> XVERP\r\nMAIL FROM:<a@x.example> NOTIFY=NEVER\r\n"
          + "MAIL FROM:<a@x.example> BODY=BINARYMIME\r\nMAIL FROM:<a@x.example> AUTH=\r\n").utf8)
    ])
    #expect(Session(client).replies == ["220", "555 5.5.4", "555 5.5.4", "501 5.5.4", "555 5.5.4"])
    #expect(String(decoding: client.received, as: UTF8.self).contains("parameter XVERP\r\n"))
  }

  @Test func `greeting and extensions are those that are kept`() {
    let client = ScriptedClient([Array("EHLO x\r\nHELO x\r\n".utf8)])
    _ = Session(client, Self.settings(messageBytes: 1_000))
    #expect(
      String(decoding: client.received, as: UTF8.self) == """
        220 host.example ESMTP Postern\r
        250-host.example\r
        250-PIPELINING\r
        250-SIZE 1000\r
        250-ENHANCEDSTATUSCODES\r
        250-8BITMIME\r
        250-DSN\r
        250 SMTPUTF8\r
        250 host.example\r

        """)
  }
}
