import Policy
import Testing

@testable import Ledger
@testable import Submission
@testable import postern

@Suite("postern report")
struct ReportTests {
  private static let now: UInt64 = 1_795_460_400 + 1_800

  private static func user(
    _ uid: UInt32, _ name: String, messages: UInt32 = 0, refused: UInt32 = 0, hoursAgo: UInt64 = 0,
    limit: UInt32 = 1_000, suspended: String? = nil
  ) -> QuotaReader.User {
    let then = now - hoursAgo * 3_600
    var usage = Usage(now: then)
    usage.add(StepCounts(messages: messages, recipients: messages * 2), now: then)
    for _ in 0..<refused { usage.refuse(.fromNotAllowed, isForeign: true) }
    usage.advance(to: now)
    var configuration = Configuration()
    configuration.limits.messagesPerHour = .count(limit)
    let suspension = suspended.map {
      Suspension(since: then, origin: .administrator, reason: Array($0.utf8))
    }
    let row = QuotaRow(
      uid: uid, user: Array(name.utf8), entry: nil, configuration: configuration, usage: usage,
      suspension: suspension, now: now)
    return QuotaReader.User(row: row, usage: usage, suspension: suspension, raise: nil)
  }

  private static func report(_ users: [QuotaReader.User], hours: Int = 24) -> Report {
    Report(users, host: "web1", period: ReportPeriod(hours: hours), now: now)
  }

  private static func entry(
    _ user: String, _ verdict: String, script: String = "x.php", at time: UInt64 = now
  ) throws -> LogEntry {
    var line = Array("verdict=\(verdict) reason=none uid=1".utf8)
    line.append(key: DecisionKey.user, value: Array(user.utf8))
    line.append(key: DecisionKey.script, value: Array(script.utf8))
    line.append(key: DecisionKey.cwd, value: Array("/srv/\(user)".utf8))
    line.append(key: DecisionKey.to, value: Array("a.example,b.example".utf8))
    return LogEntry(try #require(LoggedDecision(Journal.Record(time: time, line: line))))
  }

  @Test func `where PHP names no script, who has started the program stands in its place`() throws {
    var named = try Self.entry("alice", "permit")
    named.process = "php-fpm: pool alice"
    var unnamed = named
    unnamed.script = nil
    var report = Self.report([Self.user(1, "alice", messages: 2)], hours: 1)
    report.add([named, unnamed], examined: 1)
    #expect(Set(report.scripts.map(\.value)) == ["x.php", "php-fpm: pool alice"])
  }

  @Test func `the busiest site comes first, each message in its hour`() {
    let report = Self.report([
      Self.user(1, "quiet"), Self.user(2, "busy", messages: 300, refused: 2_000),
      Self.user(3, "early", messages: 7, hoursAgo: 3),
    ])
    #expect(report.sites.map(\.name) == ["busy", "early"])
    #expect(report.permittedCount == 307 && report.refusedCount == 2_000)
    #expect(report.cells.count == 24)
    #expect(report.cells.last == Report.Cell(permitted: 300, refused: 2_000))
    #expect(report.cells[20] == Report.Cell(permitted: 7, refused: 0))
    #expect(report.refused == [Report.Refused(reason: "from-not-allowed", count: 2_000)])
  }

  @Test func `an hour is shown by five minutes, and what is older does not count`() {
    let report = Self.report(
      [Self.user(1, "now", messages: 5), Self.user(2, "before", messages: 9, hoursAgo: 2)], hours: 1
    )
    #expect(report.cells.count == 12)
    #expect(report.cells.last == Report.Cell(permitted: 5, refused: 0))
    #expect(report.sites.map(\.name) == ["now"])
  }

  @Test func `who is near a limit is told, and who is not, is not`() {
    let report = Self.report([
      Self.user(1, "near", messages: 80, limit: 100), Self.user(2, "far", messages: 79, limit: 100),
      Self.user(3, "gone", messages: 1, suspended: "ticket 4711"),
    ])
    #expect(report.nearLimit.map(\.name) == ["near"])
    #expect(report.nearLimit.first?.nearLimit == "messages_per_hour 80/100")
    #expect(report.suspended.map(\.suspended) == ["ticket 4711"])
  }

  @Test func `scripts, directories and domains are counted by site, within the period`() throws {
    var report = Self.report([Self.user(1, "alice", messages: 1)], hours: 1)
    report.add(
      try [
        Self.entry("alice", "reject"), Self.entry("alice", "reject"), Self.entry("alice", "permit"),
        Self.entry("bob", "permit"), Self.entry("alice", "permit", at: Self.now - 7_200),
      ], examined: 2)
    #expect(report.decisions == 4)
    #expect(
      report.scripts == [
        Report.Origin(
          value: "x.php", site: "alice", messages: Report.Cell(permitted: 1, refused: 2)),
        Report.Origin(value: "x.php", site: "bob", messages: Report.Cell(permitted: 1, refused: 0)),
      ])
    #expect(report.directories.map(\.value) == ["/srv/alice", "/srv/bob"])
    #expect(report.domains.map(\.value) == ["a.example", "b.example", "a.example", "b.example"])
  }

  /// What sites may have for names, scripts and reasons.
  private static let hostile = [
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onload='x", "</style>&amp;",
    "]]><!--", "a\u{1B}[2J\u{0}\r\n--=_postern-report", "\u{202E}gnp.exe", "日本語",
    String(repeating: "<", count: 4_000),
  ]

  @Test(arguments: hostile)
  func `nothing that others have written is anything but text`(_ text: String) throws {
    var report = Self.report([Self.user(1, text, messages: 1, suspended: text)])
    report.add([try Self.entry(text, "permit", script: text)], examined: 1)
    let page = ReportPage(report).html
    for tag in ["<script", "<img", "<style>\n", "onerror=alert(1)>", "<!--", "</style>&"] {
      let own = tag == "<style>\n" ? 1 : 0
      #expect(page.components(of: tag) == own, "\(tag)")
    }
    #expect(!page.unicodeScalars.contains { ($0.value < 0x20 && $0 != "\n") || $0.value == 0x202E })
    let plain = ReportText(report).text
    #expect(!plain.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
    let mail = String(
      decoding: ReportMail.message(report, to: Array("root".utf8), from: nil), as: UTF8.self)
    #expect(mail.split(separator: "\n").count { $0.hasPrefix("--=_postern-report") } == 3)
  }

  @Test func `no line of the text is wider than 80 columns, none of the page than mail allows`()
    throws
  {
    let names = Self.hostile + (0..<60).map { "site\($0)" }
    var report = Self.report(
      names.enumerated().map {
        Self.user(
          UInt32($0.offset), $0.element, messages: 900_000, refused: 3, suspended: $0.element)
      })
    report.add(try names.map { try Self.entry($0, "reject", script: $0 + $0) }, examined: 60)
    for line in ReportText(report).text.split(separator: "\n") {
      #expect(line.count <= 80, "\(line)")
    }
    for line in ReportPage(report).html.split(separator: "\n") {
      #expect(line.utf8.count <= 998, "\(line)")
    }
  }

  @Test func `ten thousand sites are a page of less than a megabyte`() throws {
    var report = Self.report((0..<10_000).map { Self.user($0, "site\($0)", messages: $0 % 90) })
    report.add(
      try (0..<2_000).map { try Self.entry("site\($0)", "permit", script: "\($0).php") },
      examined: 2_000)
    #expect(ReportPage(report).html.utf8.count < 1_000_000)
    #expect(ReportText(report).text.utf8.count < 20_000)
  }

  @Test(arguments: [
    ("a name", "root", true), ("an address", "noc+a@example.com", true), ("nothing", "", false),
    ("an option", "-bd", false), ("two", "a@b,c@d", false), ("a blank", "a b", false),
    ("a line end", "a\nBcc: x@y", false), ("no local part", "@example.com", false),
  ])
  func `a report is mailed to a plain address only`(_ name: String, _ word: String, _ isPlain: Bool)
  {
    let address = try? ReportMail.checked(Array(word.utf8))
    #expect((address != nil) == isPlain)
  }
}

extension String {
  fileprivate func components(of part: String) -> Int { ranges(of: part).count }
}
