import Policy
import Testing

@testable import Submission
@testable import postern

@Suite("Quota table")
struct QuotaTableTests {
  private static let now: UInt64 = 1_795_460_000

  private static func line(
    _ uid: UInt32, _ user: String, used: UInt64 = 0, limit: UInt32? = 100,
    _ change: (inout QuotaRow) -> Void = { _ in }
  ) -> QuotaTable.Line {
    var row = QuotaRow(
      uid: uid, user: Array(user.utf8), entry: nil, configuration: Configuration(),
      usage: Usage(now: now), suspension: nil, now: now)
    row.messages.hour = QuotaRow.Count(used: used, limit: limit)
    row.messages.day = QuotaRow.Count(used: used, limit: nil)
    change(&row)
    return QuotaTable.Line(row: row, sparkline: Sparkline(SlidingWindow(.hour, now: now)))
  }

  private static func lines(_ lines: [QuotaTable.Line], columns: Int = 120) -> [String] {
    QuotaTable(lines, now: now).lines(QuotaTable.Look(columns: columns))
  }

  @Test func `columns are aligned and the busiest user comes first, refused messages included`() {
    let busy = Self.line(1_001, "alice", used: 12) { $0.lastMessage = Self.now - 250 }
    let refused = Self.line(1_002, "bob", used: 0) { $0.refusedInHour = 13 }
    let lines = Self.lines([busy, refused])
    #expect(
      lines[0]
        == "USER    UID  MSGS/H  MSGS/D  RCPTS/H  RCPTS/D  LEFT  WAIT  REF/H  LAST  60 MINUTES")
    #expect(
      lines[1].hasPrefix("bob    1002  0/100   0/-     0/500    0/-       100  -        13  -"))
    #expect(
      lines[2].hasPrefix("alice  1001  12/100  12/-    0/500    0/-        88  -         0  4m"))
  }

  @Test func `keys that come together are taken one by one, and none answers a question before it`()
  {
    var suspended: [UInt32] = []
    var watch = QuotaWatch {
      suspended.append($0.uid)
      return "done"
    }
    let rows = [1, 2, 3, 4].map { Self.line($0, "site\($0)").row }
    func type(_ keys: String) -> Bool { watch.take(Array(keys.utf8), rows) }
    #expect(type("jj\u{1B}[Bk\u{1B}[B"))
    #expect(type("sy") && watch.footer.hasPrefix("Suspend site3") && suspended.isEmpty)
    #expect(type("n") && watch.footer == "nothing was changed")
    #expect(type("s") && type("y") && suspended == [3] && watch.footer == "done")
    #expect(type("kkkk") && type("s") && watch.footer.hasPrefix("Suspend site1"))
    #expect(type("n") && !type("jq"))
  }

  @Test(arguments: [40, 60, 80, 100, 200])
  func `no line is wider than the screen`(_ columns: Int) {
    let wide = Self.line(4_294_967_294, "a-very-long-login-name", used: 100_000, limit: 100_000) {
      $0.recipients.hour = QuotaRow.Count(used: 1_000_000, limit: 1_000_000)
      $0.mode = .audit
      $0.nextFree = Self.now + 3_600
      $0.suspended = Array(String(repeating: "word ", count: 40).utf8)
    }
    let lines = Self.lines([wide], columns: columns)
    #expect(lines.allSatisfy { $0.count <= columns })
    #expect(lines[1].hasPrefix("a-very-long-log~  "))
  }

  @Test func `a suspended user has nothing left, never, and the whole reason below, wrapped`() {
    let reason = String(repeating: "0123456789 ", count: 18) + "end"
    let lines = Self.lines(
      [Self.line(1, "a") { $0.suspended = Array(reason.utf8) }], columns: 80)
    #expect(lines[1].contains("susp"))
    #expect(lines[1].contains("   0  never"))
    #expect(lines.count > 3)
    #expect(lines.last?.hasSuffix("end") == true)
    let free = Self.lines([Self.line(1, "a")], columns: 80)
    #expect(free.count == 2)
    #expect(free[1].contains(" 100  -"))
  }

  @Test(arguments: ["\u{1B}[2J", "\u{9B}2J", "\u{202E}x", "\u{7F}", "\r", "e\u{301}", "日"])
  func `nothing that a terminal obeys is shown`(_ text: String) {
    let line = Self.line(1, text) { $0.suspended = Array(text.utf8) }
    let shown = Self.lines([line]).joined()
    #expect(shown.contains("?"))
    #expect(shown.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value < 0x7F })
  }

  @Test func `colours are there only where they are wanted`() {
    let line = Self.line(1, "a", used: 100)
    let table = QuotaTable([line], now: Self.now)
    #expect(table.lines(QuotaTable.Look(hasColors: true)).joined().contains("\u{1B}[31m"))
    #expect(!table.lines(QuotaTable.Look()).joined().contains("\u{1B}"))
  }

  @Test func `only the busiest are shown`() {
    let lines = (1...50).map { Self.line(UInt32($0), "u\($0)", used: UInt64($0)) }
    let table = QuotaTable(lines, top: 3, now: Self.now)
    #expect(table.rows.map(\.uid) == [50, 49, 48])
    #expect(table.lines(QuotaTable.Look(), height: 2).count == 2)
  }

  @Test func `the curve holds 60 minutes, the newest at the right, and shows one message`() {
    var window = SlidingWindow(.hour, now: Self.now)
    window.add(StepCounts(messages: 1, recipients: 1))
    window.advance(to: Self.now + 59 * 60)
    window.add(StepCounts(refused: 16))
    let curve = Sparkline(window)
    #expect(curve.messages == [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 16])
    #expect(String(curve.cells(isPlain: true)) == ".          #")
    #expect(String(curve.cells(isPlain: false)) == "▁          █")
    window.advance(to: Self.now + 60 * 60)
    #expect(Sparkline(window).messages.first == 0)
  }

  @Test(
    arguments: [(0, "0s ago"), (60, "1m ago"), (3_599, "59m ago"), (86_400, "1d ago")]
      as [(UInt64, String)])
  func `an age is told in its largest unit`(_ seconds: UInt64, _ text: String) {
    #expect("\(Age.text(of: Self.now - seconds, now: Self.now)) ago" == text)
    #expect("\(Age.text(of: Self.now + 5, now: Self.now)) ago" == "0s ago")
  }
}
