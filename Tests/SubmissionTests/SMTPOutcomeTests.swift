import InternetMessage
import LinuxSystem
import Policy
import Submission
import Testing

/// What becomes of an envelope, and what the client is told about its message.
@Suite("SMTP: envelopes and outcomes")
struct SMTPOutcomeTests {
  /// The transaction of a session with these two lines.
  static func transaction(_ mail: String, _ recipients: [String]) throws -> SMTPEnvelope {
    let lines = ["MAIL FROM:\(mail)"] + recipients.map { "RCPT TO:\($0)" } + ["DATA", "x", ".", ""]
    return try #require(Session(lines.joined(separator: "\r\n")).transactions.first)
  }

  @Test func `an envelope becomes what sendmail's options say`() throws {
    let transaction = try Self.transaction(
      "<a@x.example> RET=HDRS ENVID=a+20b BODY=8bitmime SMTPUTF8 SIZE=5 AUTH=<>",
      ["<r@y.example> NOTIFY=DELAY,FAILURE ORCPT=rfc822;q@z.example", "<-s> NOTIFY=FAILURE,DELAY"])
    #expect(
      transaction.commandLine.map { String(decoding: $0, as: UTF8.self) } == [
        "sendmail", "-i", "-f", "a@x.example", "-B", "8BITMIME", "-N", "failure,delay", "-R",
        "hdrs",
        "-V", "a b", "--", "r@y.example", "-s",
      ])
  }

  @Test(arguments: [
    ("<>", ["<r@y.example>"]),
    ("<a@x.example>", ["<postmaster>", "<r@y.example>", "<r@y.example>"]),
    ("<a@x.example> ENVID=ab RET=FULL BODY=7BIT", ["<\"a b\"@y.example> NOTIFY=NEVER"]),
    (
      "<jos\u{E9}@x.example> SMTPUTF8",
      ["<-oQ/tmp@y.example>", "<a%b@y.example>", "<r@[127.0.0.1]>"]
    ),
  ]) func `a transaction and its command line mean the same`(mail: String, recipients: [String])
    throws
  {
    let transaction = try Self.transaction(mail, recipients)
    let direct = Invocation(transaction)
    let parsed = try Invocation.parse(transaction.commandLine)
    #expect(direct.mode == .deliver && parsed.mode == .deliver)
    #expect(direct.sender == parsed.sender)
    #expect(direct.recipients == parsed.recipients)
    #expect(direct.recipients.count == recipients.count)
    #expect(direct.handoffOptions == parsed.handoffOptions)
    #expect(direct.dotEndsInput == parsed.dotEndsInput && !direct.dotEndsInput)
    #expect(direct.extractRecipients == parsed.extractRecipients && !direct.extractRecipients)
    #expect(
      try direct.recipients.allSatisfy {
        try RecipientList.parse($0, emptyIsError: true).map(\.written) == [$0]
      })
  }

  static let rejection = Rejection(cause: .userUnlisted, user: Array("alice".utf8))
  static let excess = Rejection(
    cause: .quota(
      QuotaExcess(
        resource: .messages, period: .hour, used: 9, limit: 9, requested: 1, nextFree: nil)),
    user: Array("alice".utf8))

  @Test(arguments: [
    ("identity", Refusal.policy(rejection), "550 5.7.1"),
    ("quota", .policy(excess), "452 4.7.1"),
    ("the message", .message(.notAField(line: 2), .nothing), "550 5.7.1"),
    ("its size", .intake(.messageTooLarge(limit: 1)), "552 5.3.4"),
    ("its header's size", .intake(.headerTooLarge(limit: 1)), "552 5.3.4"),
    ("the machine", .system(.connectionLost), "451 4.3.0"),
    ("a killed sendmail", .handoff(.killed(signal: 9)), "451 4.3.0"),
    ("the installation", .installation(.notPrivileged), "554 5.3.0"),
    ("a replaced sendmail", .handoff(.untrustedProgram(path: [])), "554 5.3.0"),
  ]) func `a refusal is a reply with the text of sendmail`(
    name: String, refusal: Refusal, codes: String
  ) {
    let text = String(decoding: SMTPReply(refusing: refusal).bytes, as: UTF8.self)
    #expect(
      "sendmail: " + text.dropFirst(codes.count + 1).dropLast() == Diagnostics.line(for: refusal))
    #expect(
      text.hasPrefix("\(codes) refused (\(refusal.reason.rawValue)): ") && text.hasSuffix("\r\n"))
  }

  @Test(arguments: [(0, "250 2.0.0"), (75, "451 4.3.0"), (1, "554 5.3.0"), (69, "554 5.3.0")])
  func `how the real sendmail ended is a reply`(status: Int32, codes: String) {
    #expect(Session.codes(of: SMTPReply(exitStatus: status).bytes) == [codes])
  }

  @Test func `a reply is one line of at most 512 bytes, whatever is in it`() {
    let reply = SMTPReply(550, "5.7.1", "a\r\n250 b\0\u{E9}" + String(repeating: "c", count: 1_000))
    #expect(reply.bytes.count == 512)
    #expect(reply.bytes.starts(with: Array("550 5.7.1 a??250 b???ccc".utf8)))
    #expect(reply.bytes.suffix(2) == [0x0D, 0x0A])
    #expect(reply.bytes.dropLast(2).allSatisfy { $0 >= 0x20 && $0 < 0x7F })
  }

  @Test func `a session that cannot begin says why in its first line, and no more`() {
    let client = ScriptedClient([Array("EHLO x\r\n".utf8)])
    var connection = SMTPConnection(client)
    SMTPServer.turnAway(&connection, .installation(.notPrivileged))
    #expect(Session.codes(of: client.received) == ["554 5.3.0"])
    #expect(String(decoding: client.received, as: UTF8.self).contains("(not-privileged)"))
    #expect(client.receivedWhenWaiting.isEmpty)
  }
}
