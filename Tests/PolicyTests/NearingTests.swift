import Policy
import Testing

@Suite("A limit that is nearly reached")
struct NearingTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let used: Int
    let recipients: Int
    let percent: UInt32
    let limit: UInt32
    let isTold: Bool
    var testDescription: String { "\(used) + 1 of \(limit) at \(percent)%: \(isTold)" }
    init(_ used: Int, of limit: UInt32, at percent: UInt32, _ isTold: Bool, recipients: Int = 1) {
      (self.used, self.limit, self.percent, self.isTold) = (used, limit, percent, isTold)
      self.recipients = recipients
    }
  }

  private static let noon: UInt64 = 1_795_435_200

  @Test(arguments: [
    Row(7, of: 10, at: 80, true), Row(6, of: 10, at: 80, false), Row(8, of: 10, at: 80, false),
    Row(9, of: 10, at: 100, false), Row(0, of: 1, at: 80, true), Row(0, of: 10, at: 1, true),
    Row(3_435_973_834, of: .max, at: 80, false), Row(3_435_973_835, of: .max, at: 80, true),
    Row(3_435_973_836, of: .max, at: 80, false),
  ])
  func `it is told with the message that crosses the share, and no other`(row: Row) {
    var usage = Usage(now: Self.noon)
    usage.add(StepCounts(messages: UInt32(row.used), recipients: 0), now: Self.noon)
    let limits = QuotaLimits(messagesPerHour: .count(row.limit), recipientsPerHour: .unlimited)
    let level = Evaluation.nearing(
      row.percent, of: claim(), limits: limits, usage: usage, now: Self.noon)
    let wanted = QuotaLevel(
      resource: .messages, period: .hour, used: UInt64(row.used) + 1, limit: row.limit)
    #expect(level == (row.isTold ? wanted : nil))
  }

  @Test func `recipients count as they are charged`() {
    let limits = QuotaLimits(messagesPerHour: .unlimited, recipientsPerHour: .count(100))
    func level(_ recipients: UInt32) -> QuotaLevel? {
      Evaluation.nearing(
        80, of: claim(recipients: recipients), limits: limits, usage: Usage(now: Self.noon),
        now: Self.noon)
    }
    #expect(level(79) == nil)
    #expect(level(80) == QuotaLevel(resource: .recipients, period: .hour, used: 80, limit: 100))
  }
}
