import InternetMessage
import Policy
import Testing

@Suite("Evaluation of quotas")
struct QuotaTests {
  static let now: UInt64 = 1_800_000_000

  private func usage(messages: UInt32 = 0, recipients: UInt32 = 0) -> Usage {
    var usage = Usage(now: Self.now)
    usage.add(StepCounts(messages: messages, recipients: recipients), now: Self.now)
    return usage
  }

  private func cause(_ limits: QuotaLimits, _ usage: Usage, recipients: UInt32 = 1)
    -> Rejection.Cause?
  {
    Evaluation.quota(
      of: claim(recipients: recipients), entry: entry("*"), limits: limits, usage: usage,
      now: Self.now)?.cause
  }

  private func excess(_ limits: QuotaLimits, _ usage: Usage, recipients: UInt32 = 1)
    -> QuotaExcess?
  {
    guard case .quota(let excess) = cause(limits, usage, recipients: recipients) else {
      return nil
    }
    return excess
  }

  @Test func `the last message of a limit is permitted and the next refused`() {
    let limits = QuotaLimits()
    #expect(cause(limits, usage(messages: 99)) == nil)
    #expect(
      excess(limits, usage(messages: 100))
        == QuotaExcess(
          resource: .messages, period: .hour, used: 100, limit: 100, requested: 1,
          nextFree: Self.now + 3_660))
  }

  @Test func `a message of n recipients needs room for all n`() {
    let limits = QuotaLimits(recipientsPerHour: .count(10))
    #expect(cause(limits, usage(recipients: 7), recipients: 3) == nil)
    #expect(excess(limits, usage(recipients: 8), recipients: 3)?.resource == .recipients)
    #expect(excess(limits, usage(), recipients: 11)?.nextFree == nil)
  }

  @Test func `the recipients of one message are bounded before the quotas are asked`() {
    let limits = QuotaLimits(messagesPerHour: .count(0), recipientsPerMessage: .count(2))
    #expect(
      cause(limits, usage(), recipients: 3) == .tooManyRecipients(count: 3, limit: 2))
    #expect(excess(limits, usage(), recipients: 2)?.resource == .messages)
  }

  @Test func `messages are judged before recipients, and the hour before the day`() {
    var limits = QuotaLimits(
      messagesPerHour: .count(0), recipientsPerHour: .count(0), messagesPerDay: .count(0),
      recipientsPerDay: .count(0))
    func found() -> [AnyHashable] {
      excess(limits, usage()).map { [$0.resource, $0.period] } ?? []
    }
    #expect(found() == [QuotaResource.messages, QuotaPeriod.hour])
    limits.messagesPerHour = .unlimited
    #expect(found() == [QuotaResource.messages, QuotaPeriod.day])
    limits.messagesPerDay = .unlimited
    #expect(found() == [QuotaResource.recipients, QuotaPeriod.hour])
    limits.recipientsPerHour = .unlimited
    #expect(found() == [QuotaResource.recipients, QuotaPeriod.day])
    limits.recipientsPerDay = .unlimited
    #expect(found().isEmpty)
  }

  @Test func `zero blocks for ever`() {
    let excess = excess(QuotaLimits(messagesPerHour: .count(0)), usage())
    #expect(excess?.limit == 0 && excess?.nextFree == nil)
  }

  @Test func `a torn record counts as used up until its window has passed`() {
    let limits = QuotaLimits(messagesPerDay: .count(50))
    var torn = usage()
    torn.tornSince = Self.now - 3_659
    #expect(excess(limits, torn)?.period == .hour)
    #expect(excess(limits, torn)?.used == 100)
    #expect(excess(limits, torn)?.nextFree == Self.now + 1)
    torn.tornSince = Self.now - 3_660
    #expect(excess(limits, torn)?.period == .day)
    torn.tornSince = Self.now - 90_000
    #expect(excess(limits, torn) == nil)
    torn.tornSince = Self.now
    #expect(cause(.unlimited, torn) == nil)
  }

  @Test func `a tear heals though the clock goes back`() {
    var torn = usage()
    torn.tornSince = Self.now
    torn.advance(to: 1_000)
    #expect(torn.tornSince == 1_000)
    torn.advance(to: 1_000 + 90_000)
    #expect(torn.tornSince == nil)
  }

  @Test func `an entry's limits go before the common ones`() {
    let own = entry("* messages_per_hour=1 recipients_per_day=unlimited header_size_limit=1K")
    #expect(own.limits(defaults: settings).messagesPerHour == .count(1))
    #expect(own.limits(defaults: settings).recipientsPerHour == .count(500))
    #expect(own.sizes(defaults: settings) == SizeLimits(headerBytes: 1_024))
    #expect(entry("* mode=audit").mode(defaults: settings) == .audit)
    #expect(entry("*").mode(defaults: settings) == .enforce)
  }
}
