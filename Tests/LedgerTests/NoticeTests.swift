import LinuxSystem
import Testing

@testable import Ledger
@testable import Policy

@Suite("Notices")
struct NoticeTests {
  /// Refuses for a quota in each of these seconds; returns those in which a notice is due.
  private func due(
    _ kind: NoticeKind = .messagesPerHour, at seconds: [UInt64], _ ledger: borrowing Ledger
  ) throws -> [UInt64] {
    var due: [UInt64] = []
    for second in seconds {
      let charge = try ledger.charge(uid: 7, now: { second }, recipients: 1) { _, _ in
        Self.refusal(kind)
      }
      if charge.notice == kind { due.append(second) }
    }
    return due
  }

  private static func refusal(_ kind: NoticeKind) -> Decision {
    let isHour = kind == .messagesPerHour || kind == .recipientsPerHour
    let isMessages = kind == .messagesPerHour || kind == .messagesPerDay
    let excess = QuotaExcess(
      resource: isMessages ? .messages : .recipients, period: isHour ? .hour : .day, used: 1,
      limit: 1, requested: 1, nextFree: nil)
    return .reject(Rejection(cause: .quota(excess), user: []))
  }

  @Test func `a reached quota is told once an hour, that of a day once a day`() throws {
    let scratch = try Scratch()
    let ledger = try scratch.open()
    let seconds = [noon, noon, noon + 60, noon + 3_599, noon + 3_600, noon + 3_601]
    #expect(try due(at: seconds, ledger) == [noon, noon + 3_600])
    let later = noon + 10_000
    let days = [later, later + 3_600, later + 89_999, later + 90_000, later + 90_001]
    #expect(try due(.messagesPerDay, at: days, ledger) == [later, later + 90_000])
  }

  @Test func `no two notices of a user lie less than an hour apart, of whatever kind`() throws {
    let scratch = try Scratch()
    let ledger = try scratch.open()
    #expect(try due(.messagesPerHour, at: [noon], ledger) == [noon])
    #expect(try due(.recipientsPerHour, at: [noon + 3_599], ledger) == [])
    #expect(try due(.recipientsPerHour, at: [noon + 3_600], ledger) == [noon + 3_600])
    #expect(try due(.messagesPerHour, at: [noon + 7_199], ledger) == [])
    #expect(try ledger.suspend(uid: 7, now: { noon + 7_199 }, reason: []).notice == nil)
    // It is not forgotten: a refusal of the suspended user sends it when the hour is over.
    func refuse(_ second: UInt64) throws -> NoticeKind? {
      try ledger.refuse(uid: 7, now: { second }, reason: .userSuspended).notice
    }
    #expect(try refuse(noon + 7_199) == nil)
    #expect(try refuse(noon + 7_200) == .suspended)
    #expect(try refuse(noon + 100_000) == nil)
  }

  @Test(
    arguments: [(60, [0, 60, 120, 100_000]), (7_200, [0, 100_000]), (100_001, [0])]
      as [(UInt32, [UInt64])])
  func `quota_notice_interval is how long no other notice of the user is sent`(
    interval: UInt32, expected: [UInt64]
  ) throws {
    let scratch = try Scratch()
    var settings = Configuration()
    settings.quotaFile = scratch.path
    settings.quotaNoticeInterval = interval
    let ledger = try Ledger.open(for: settings)
    let seconds = [0, 59, 60, 61, 120, 100_000].map { noon + $0 }
    #expect(try due(at: seconds, ledger) == expected.map { noon + $0 })
  }

  @Test func `each suspension is told once`() throws {
    let scratch = try Scratch()
    let ledger = try scratch.open()
    for start in [noon, noon + 4_000] {
      #expect(try ledger.suspend(uid: 7, now: { start }, reason: []).notice == .suspended)
      #expect(try ledger.suspend(uid: 7, now: { start + 3_700 }, reason: []).notice == nil)
      _ = try ledger.resume(uid: 7, now: { start + 3_800 })
    }
    let rule = SuspensionRule(refusals: 1, reason: [])
    let count = try ledger.refuse(
      uid: 7, now: { noon + 9_000 }, reason: .fromNotAllowed, suspending: rule)
    #expect(count.notice == .suspended)
  }

  @Test func `a clock that goes back delays a notice by an hour, and no more`() throws {
    let scratch = try Scratch()
    let ledger = try scratch.open()
    let back = noon - 86_400 * 365
    let seconds = [noon, back, back + 3_599, back + 3_600]
    #expect(try due(at: seconds, ledger) == [noon, back + 3_600])
  }

  @Test func `a torn record sends no second notice within the hour`() throws {
    let scratch = try Scratch()
    let ledger = try scratch.open()
    #expect(try due(at: [noon], ledger) == [noon])
    try scratch.put([1, 2, 3], intoSlot: LedgerFormat.slot(0, of: 7))
    #expect(try due(at: [noon + 1, noon + 3_600], ledger) == [])
    #expect(try due(at: [noon + 3_601], ledger) == [noon + 3_601])
  }

  @Test func `a torn record sends no second warning within the hour`() throws {
    let scratch = try Scratch()
    let ledger = try scratch.open()
    #expect(try warned(at: [noon], ledger) == [noon])
    try scratch.put([1, 2, 3], intoSlot: LedgerFormat.slot(0, of: 7))
    #expect(try warned(at: [noon + 1, noon + 3_600, noon + 3_601], ledger) == [noon + 3_601])
  }

  /// Permits a message that brings a limit near in each of these seconds; returns those in which a
  /// warning is due.
  private func warned(
    _ period: QuotaPeriod = .hour, at seconds: [UInt64], _ ledger: borrowing Ledger
  ) throws -> [UInt64] {
    let level = QuotaLevel(resource: .messages, period: period, used: 8, limit: 10)
    return try seconds.filter { second in
      let charge = try ledger.charge(uid: 7, now: { second }, recipients: 1) { _, _ in
        .permitNearing(level)
      }
      return charge.notice != nil
    }
  }

  @Test func `a warning comes once an hour, that of a day once a day`() throws {
    let scratch = try Scratch()
    let ledger = try scratch.open()
    #expect(
      try warned(at: [noon, noon + 1, noon + 3_599, noon + 3_600], ledger) == [noon, noon + 3_600])
    let later = noon + 7_200
    #expect(
      try warned(.day, at: [later, later + 3_600, later + 90_000], ledger)
        == [later, later + 90_000])
  }

  @Test func `a warning keeps back no notice that the limit is reached, nor the other way round`()
    throws
  {
    let scratch = try Scratch()
    let ledger = try scratch.open()
    #expect(try warned(at: [noon], ledger) == [noon])
    #expect(try due(at: [noon + 1, noon + 2], ledger) == [noon + 1])
    #expect(try warned(at: [noon + 3, noon + 3_600], ledger) == [noon + 3_600])
    #expect(try due(at: [noon + 3_600, noon + 3_601], ledger) == [noon + 3_601])
  }

  @Test func `a permit with a warning is charged as any other`() throws {
    let scratch = try Scratch()
    let ledger = try scratch.open()
    _ = try warned(at: [noon, noon], ledger)
    #expect(try ledger.usage(uid: 7, now: { noon }).hour.used(.messages) == 2)
  }

  @Test func `what audit lets pass is told to nobody`() throws {
    let scratch = try Scratch()
    let ledger = try scratch.open()
    let charge = try ledger.charge(uid: 7, now: { noon }, recipients: 1) { _, _ in
      .waive(.quotaMessages)
    }
    #expect(charge.notice == nil)
  }
}
