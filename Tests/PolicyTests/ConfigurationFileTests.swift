import InternetMessage
import Policy
import Testing

@Suite("postern.cf")
struct ConfigurationFileTests {
  private func parse(_ text: String) -> ConfigurationFile {
    ConfigurationFile.parse(bytes(text), file: "postern.cf")
  }

  private func faults(_ text: String) -> [FileFault] { parse(text).problems.map(\.fault) }

  @Test func `an empty file gives the defaults, and so do the defaults written down`() {
    let text = Setting.parameters.map {
      "\($0.name) = \(String(decoding: $0.defaultText, as: UTF8.self))\n"
    }.joined()
    let written = parse(text)
    #expect(written.problems.isEmpty)
    for setting in Setting.parameters { #expect(written.line(of: setting.name) != nil) }
    #expect(written.configuration == Configuration())
    #expect(parse("").configuration == Configuration())
  }

  @Test func `the file that sets every name leaves none at its default`() {
    let file = ConfigurationFile.parse(Vectors.file("every-name.cf"), file: "every-name.cf")
    for setting in Setting.parameters {
      #expect(file.line(of: setting.name) != nil, "\(setting.name)")
      #expect(setting.text(in: file.configuration) != setting.defaultText, "\(setting.name)")
    }
  }

  @Test func `what a setting is written as reads as the same value`() {
    let file = ConfigurationFile.parse(Vectors.file("every-name.cf"), file: "every-name.cf")
    let text = Setting.parameters.map {
      "\($0.name) = \(String(decoding: $0.text(in: file.configuration), as: UTF8.self))\n"
    }.joined()
    #expect(parse(text).problems.isEmpty)
    #expect(parse(text).configuration == file.configuration)
  }

  @Test func `every name can be set to another value`() {
    let file = ConfigurationFile.parse(Vectors.file("every-name.cf"), file: "every-name.cf")
    let configuration = file.configuration
    #expect(file.problems.isEmpty)
    #expect(configuration.sendmailPath == bytes("/opt/postfix/sendmail"))
    #expect(configuration.mode == .audit)
    #expect(
      configuration.exemptUsers == [.login(bytes("root")), .login(bytes("cron")), .uid(33)])
    #expect(configuration.unlistedUsers == .login)
    #expect(configuration.defaultDomain == bytes("host.example"))
    #expect(configuration.recipientDelimiter == bytes("+-"))
    #expect(configuration.fromPolicy == .rewrite)
    #expect(
      configuration.limits
        == QuotaLimits(
          messagesPerHour: .count(0), recipientsPerHour: .count(4_294_967_295),
          messagesPerDay: .count(1), recipientsPerDay: .count(2),
          recipientsPerMessage: .unlimited))
    #expect(configuration.sizes == SizeLimits(messageBytes: 1 << 30, headerBytes: 4_096))
    #expect(!configuration.addsTraceHeader)
    #expect(configuration.handoff == .supervise)
    #expect(configuration.phpScriptHeader == .remove)
    #expect(configuration.smtpConnectionsPerUser == 25)
    #expect(configuration.hostedDomains == [bytes("shop.example"), bytes("/etc/postern/domains")])
    #expect(configuration.quotaFile == bytes("/srv/quota"))
    #expect(configuration.syslogFacility == .local7)
    #expect(
      configuration.mailboxTables == [
        .postfix(type: "hash", path: bytes("/etc/postfix/vmail")),
        .postfix(type: "texthash", path: bytes("/etc/postfix/valias")),
        .command(path: bytes("/usr/local/sbin/list")),
      ])
    #expect(configuration.autoSuspendRefusals == 20)
    #expect(configuration.autoSuspendFor == 7_200)
    var server = QuotaServerSettings()
    server.address = .inet(address: bytes("fd00::5"), port: 6_379)
    server.user = bytes("shop-fleet")
    server.passwordFile = bytes("/etc/postern/fleet.password")
    server.timeoutMilliseconds = 250
    server.failure = .reject
    server.failurePercent = 40
    server.scope = .groups
    #expect(configuration.quotaServer == server)
    #expect(configuration.notify == [.address(address("postmaster@example.com")), .user])
    #expect(configuration.notifyAt == 80)
    #expect(configuration.notifyCommand == bytes("/usr/local/sbin/tell"))
    #expect(file.line(of: "exempt_users") == 6)
  }

  struct Value: Sendable, CustomTestStringConvertible {
    let line: String
    let isAccepted: Bool
    var testDescription: String { line }
    init(_ line: String, _ isAccepted: Bool) {
      self.line = line
      self.isAccepted = isAccepted
    }
  }

  @Test(arguments: [
    Value("messages_per_hour = 0", true), Value("messages_per_hour = -1", false),
    Value("messages_per_hour=4294967295", true), Value("messages_per_hour=4294967296", false),
    Value("messages_per_hour = unlimited", true), Value("messages_per_hour = Unlimited", false),
    Value("messages_per_hour = 1 0", false), Value("messages_per_hour = 10K", false),
    Value("messages_per_hour =", false),
    Value("message_size_limit = 25M", true), Value("message_size_limit = 25MB", false),
    Value("message_size_limit = 0", false), Value("message_size_limit = 1024G", true),
    Value("message_size_limit = 1025G", false),
    Value("message_size_limit = 99999999999999999999G", false),
    Value("header_size_limit = 64M", true), Value("header_size_limit = 65M", false),
    Value("trace_header = no", true), Value("trace_header = off", false),
    Value("sendmail_path = /a/b", true), Value("sendmail_path = a/b", false),
    Value("sendmail_path = $daemon_directory/x", false), Value("sendmail_path = /a/$x", false),
    Value("sendmail_path = /a b", false), Value("quota_file = /v/q", true),
    Value("quota_file = /v/q/", false), Value("quota_file =", false),
    Value("default_domain = EXAMPLE.com", true), Value("default_domain = $myorigin", false),
    Value("default_domain = a b", false), Value("default_domain =", true),
    Value("exempt_users = a,b c", true), Value("exempt_users = a=b", false),
    Value("exempt_users =", true), Value("exempt_users = uid:12", true),
    Value("exempt_users = uid:4294967295", false), Value("exempt_users = uid:-1", false),
    Value("recipient_delimiter = +", true), Value("recipient_delimiter = @", false),
    Value("recipient_delimiter = x", false), Value("recipient_delimiter =", true),
    Value("syslog_facility = authpriv", true), Value("syslog_facility = local8", false),
    Value("notify_at = 1%", true), Value("notify_at = 0%", false),
    Value("notify_at = 100%", true), Value("notify_at = 101%", false),
    Value("notify_at = 80", false), Value("notify_at = 0.8", false),
    Value("notify_command = /a/b", true), Value("notify_command =", true),
    Value("notify_command = curl -d @- x", false), Value("notify_command = curl", false),
    Value("mode = audit", true), Value("mode = Audit", false), Value("mode = ", false),
  ])
  func `a value is accepted or a problem of its line`(value: Value) {
    let problems = parse("# first\n" + value.line + "\n").problems
    #expect(problems.isEmpty == value.isAccepted)
    #expect(problems.allSatisfy { $0.line == 2 && $0.file == "postern.cf" })
  }

  @Test func `comments between continuation lines do not end the logical line`() {
    let text = "exempt_users = a\n# comment\n\n   # indented comment\n  b,\n\tc\nmode = audit"
    let file = parse(text)
    let configuration = file.configuration
    #expect(file.problems.isEmpty)
    #expect(configuration.exemptUsers.map(\.written) == [bytes("a"), bytes("b"), bytes("c")])
    #expect(configuration.mode == .audit)
    #expect(file.line(of: "mode") == 7)
  }

  @Test func `a hash inside a value is no comment`() {
    #expect(!faults("messages_per_hour = 10 # ten\n").isEmpty)
    #expect(faults("messages_per_hour = 10\n# ten\n").isEmpty)
  }

  @Test func `every problem of a file is told with its line`() {
    let problems = ConfigurationFile.parse(Vectors.file("problems.cf"), file: "problems.cf")
      .problems
    #expect(
      Vectors.lines(problems) == String(decoding: Vectors.file("problems.expected"), as: UTF8.self))
  }

  @Test func `a repeated name names both lines`() {
    #expect(
      parse("mode=audit\n\nmode=enforce\n").problems == [
        FileProblem(
          file: "postern.cf", line: 3, fault: .repeatedName(bytes("mode"), firstLine: 1))
      ])
  }

  @Test func `control bytes are a problem wherever they stand, tabs and UTF-8 are not`() {
    #expect(faults("mode = audit\r\n") == [.controlByte(13)])
    #expect(faults("mode = au\u{0}dit\n") == [.controlByte(0)])
    #expect(faults("# a comment\u{1B}[2K\n") == [.controlByte(27)])
    #expect(faults("mode = audit\u{7F}\n") == [.controlByte(127)])
    #expect(faults("mode\t=\taudit\n# größe\n").isEmpty)
  }

  @Test func `the first line of text cannot continue anything`() {
    #expect(faults("# comment\n mode = audit\n") == [.nothingToContinue])
    #expect(faults("   \n\t\nmode = audit\n").isEmpty)
  }

  @Test func `a line and a file have a greatest length`() {
    let line = ConfigurationFile.maximumLineBytes
    let longest = "exempt_users = " + String(repeating: "a ", count: (line - 16) / 2) + "a"
    #expect(faults(longest + "\n").isEmpty)
    #expect(faults(longest + "aa\n") == [.lineTooLong(limit: line)])
    #expect(faults("exempt_users = a\n " + longest + "\n") == [.lineTooLong(limit: line)])
    let most = ConfigurationFile.maximumBytes
    #expect(faults(String(repeating: "\n", count: most)).isEmpty)
    #expect(faults(String(repeating: "\n", count: most + 1)) == [.fileTooLarge(limit: most)])
  }
}
