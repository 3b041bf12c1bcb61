import Policy
import Testing

@testable import Submission

@Suite("Quota table")
struct QuotaTableTests {
  private static let now: UInt64 = 1_795_460_000

  private static func row(
    _ uid: UInt32, _ user: String, used: UInt64 = 0, limit: UInt32? = 100,
    _ change: (inout QuotaRow) -> Void = { _ in }
  ) -> QuotaRow {
    var row = QuotaRow(
      uid: uid, user: Array(user.utf8), entry: nil, configuration: Configuration(),
      usage: Usage(now: now), suspension: nil, now: now)
    row.messages.hour = QuotaRow.Count(used: used, limit: limit)
    row.messages.day = QuotaRow.Count(used: used, limit: nil)
    change(&row)
    return row
  }

  @Test
  func `columns are aligned and the busiest user comes first`() {
    let table = QuotaTable(
      [
        Self.row(1_001, "alice", used: 12) { $0.lastMessage = Self.now - 250 },
        Self.row(1_002, "bob", used: 100) {
          $0.nextFree = Self.now + 3_725
          $0.refusedInHour = 9
          $0.lastMessage = Self.now
        },
        Self.row(0, "root", limit: nil) { row in
          row.recipients.hour.limit = nil
        },
      ], now: Self.now)
    #expect(
      table.lines == [
        "USER    UID  MSGS/H             MSGS/D  RCPTS/H  RCPTS/D  LEFT  REFUSED  FREE IN   LAST",
        "bob    1002  100/100  ########  100/-   0/500    0/-         0        9  01:02:05  0s ago",
        "alice  1001  12/100   #.......  12/-    0/500    0/-        88        0  -         4m ago",
        "root      0  0/-                0/-     0/-      0/-         -        0  -         -",
      ])
  }

  @Test
  func `usual rows fit into 100 columns`() {
    let table = QuotaTable(
      [
        Self.row(100_123, "a-very-long-login-name", used: 999, limit: 999) { row in
          row.recipients.hour = QuotaRow.Count(used: 999, limit: 999)
          row.nextFree = Self.now + 3_600
        }
      ], now: Self.now)
    #expect(table.lines.allSatisfy { $0.count <= 100 })
    #expect(table.lines[1].hasPrefix("a-very-long-log~  "))
  }

  @Test(
    arguments: [
      (0, "........"), (1, "#......."), (50, "####...."), (99, "#######."), (100, "########"),
      (200, "########"),
    ] as [(UInt64, String)])
  func `the bar is full only at the limit and empty only at nothing`(
    _ used: UInt64, _ bar: String
  ) {
    let table = QuotaTable([Self.row(1, "a", used: used)], now: Self.now)
    #expect(table.lines[1].contains(bar))
  }

  @Test
  func `a limit of zero shows a full bar and never`() {
    let line = QuotaTable([Self.row(1, "a", limit: 0)], now: Self.now).lines[1]
    #expect(line.contains("########"))
    #expect(line.contains("never"))
  }

  @Test
  func `audit and suspension are noted, without control characters`() {
    let row = Self.row(1, "a") {
      $0.mode = .audit
      $0.suspended = Array("spam\u{1B}[2J".utf8)
    }
    #expect(QuotaTable([row], now: Self.now).lines[1].hasSuffix("audit, suspended: spam?[2J"))
  }

  @Test(
    arguments: [
      (0, "0s ago"), (59, "59s ago"), (60, "1m ago"), (3_599, "59m ago"), (3_600, "1h ago"),
      (86_399, "23h ago"), (86_400, "1d ago"),
    ] as [(UInt64, String)])
  func `an age is told in its largest unit`(_ seconds: UInt64, _ text: String) {
    #expect(QuotaTable.ago(Self.now - seconds, now: Self.now) == text)
  }

  @Test
  func `a time in the future is no age`() {
    #expect(QuotaTable.ago(Self.now + 5, now: Self.now) == "0s ago")
  }
}
