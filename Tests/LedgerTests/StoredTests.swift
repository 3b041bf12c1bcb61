import LinuxSystem
import Testing

@testable import Ledger
@testable import Policy

/// What is on disk is frozen: a state file that version 0.1.0 wrote must be read by every later version.
@Suite("Frozen bytes of the state file")
struct StoredTests {
  /// Three messages with four recipients permitted, one refused for its From:, one for its quota, which sent a notice.
  private let written: UInt64 = 1_795_654_440

  private func vector(_ name: String) throws -> [UInt8] {
    let directory = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
    return try FileDescriptor.open(path: "/\(directory)/Vectors/stored/\(name)")
      .readToEnd(limit: 1 << 16)
  }

  /// The file as it was on the disk: the user's record in the slot of its UID, all else a hole.
  private func restore(_ scratch: borrowing Scratch) throws {
    let file = try FileDescriptor.open(path: scratch.path, options: [.readWrite, .create])
    try file.truncate(to: LedgerFormat.fileBytes)
    try file.write(try vector("quota-2.header"), at: 0)
    try file.write(try vector("quota-2.record"), at: LedgerFormat.offset(of: 1001))
  }

  @Test func `a state file of version 0.1.0 is read, number by number`() throws {
    let scratch = try Scratch()
    try restore(scratch)
    let usage = try scratch.open().usage(uid: 1001) { written }
    #expect(usage.hour.used(.messages) == 3 && usage.hour.used(.recipients) == 4)
    #expect(usage.day.used(.messages) == 3 && usage.day.used(.recipients) == 4)
    #expect(usage.hour.refused == 2 && usage.hour.foreign == 1)
    #expect(usage.lastMessage == written && usage.tornSince == nil && usage.resetAt == nil)
    #expect(usage.counters.messages == 3 && usage.counters.recipients == 4)
    let refused = ReasonCode.allCases.filter { usage.counters.refused($0) > 0 }
    #expect(refused == [.fromNotAllowed, .quotaMessages])
    #expect(ReasonCode.allCases.allSatisfy { usage.counters.waived($0) == 0 })
    #expect(usage.notices.last == written)
    #expect(usage.notices.byKind == [written, 0, 0, 0, 0])
  }

  @Test func `nobody gains or loses a quota by an upgrade`() throws {
    let scratch = try Scratch()
    try restore(scratch)
    let ledger = try scratch.open()
    let later = written + 60
    let refused = try ledger.charge(uid: 1001, now: { later }, recipients: 1, decide: limit(3))
    #expect(refused.decision != .permit)
    let granted = try ledger.charge(uid: 1001, now: { later }, recipients: 1, decide: limit(4))
    #expect(granted.decision == .permit && granted.usage.hour.used(.messages) == 4)
  }

  @Test func `a record is still written as it was`() throws {
    let record = try vector("quota-2.record")
    guard case .record(1001, let usage) = Slot(reading: record) else {
      Issue.record("the record cannot be read")
      return
    }
    #expect(Slot.record(uid: 1001, usage).bytes == record)
    #expect(LedgerFormat.header == (try vector("quota-2.header")))
  }
}
