import InternetMessage
import LinuxSystem
import Testing

@testable import Ledger
@testable import Policy

/// The histories of Tests/Vectors/fleet by the state file; Tests/Fleet/histories runs them by the
/// function of a fleet's server.
@Suite("The state file against the function of a fleet")
struct SharedHistoryTests {
  private struct Row {
    let history: UInt32
    let givesBack: Bool
    let now: UInt64
    let recipients: UInt32
    let limits: QuotaLimits
    let outcome: String

    init?(_ line: Substring) {
      let fields = line.split(separator: "\t").map(String.init)
      guard fields.count == 7, let history = UInt32(fields[0]), let now = UInt64(fields[3]),
        let recipients = UInt32(fields[4])
      else { return nil }
      let limits = fields[5].split(separator: ",")
        .map { UInt32($0).map(Limit.count) ?? .unlimited }
      guard limits.count == 4 else { return nil }
      self.history = history
      givesBack = fields[2] == "back"
      self.now = now
      self.recipients = recipients
      self.limits = QuotaLimits(
        messagesPerHour: limits[0], recipientsPerHour: limits[1], messagesPerDay: limits[2],
        recipientsPerDay: limits[3], recipientsPerMessage: .unlimited)
      outcome = fields[6]
    }
  }

  private func rows() throws -> [Row] {
    let directory = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
    let bytes = try FileDescriptor.open(path: "/\(directory)/Vectors/fleet/histories.tsv")
      .readToEnd(limit: 1 << 20)
    return try String(decoding: bytes, as: UTF8.self).split(separator: "\n")
      .filter { !$0.hasPrefix("#") }.map { try #require(Row($0)) }
  }

  @Test func `the same history gets the same grants and refusals from both`() throws {
    let scratch = try Scratch()
    let ledger = try scratch.open()
    var last: [UInt32: Charge] = [:]
    var seen: [String: Int] = [:]
    for row in try rows() {
      let outcome: String
      if row.givesBack {
        outcome = last[row.history] == nil ? "nothing" : "given"
        if let charge = last.removeValue(forKey: row.history) {
          try ledger.giveBack(charge, now: { row.now })
        }
      } else {
        let charge = try charge(row, on: ledger)
        outcome = name(charge.decision)
        last[row.history] = charge.decision == .permit ? charge : nil
      }
      #expect(outcome == row.outcome, "history \(row.history) at \(row.now)")
      seen[outcome, default: 0] += 1
    }
    for outcome in ["G", "1", "2", "3", "4", "given", "nothing"] {
      #expect(seen[outcome, default: 0] > 50, "\(outcome)")
    }
  }

  private func charge(_ row: Row, on ledger: borrowing Ledger) throws -> Charge {
    let uid = 1_000 + row.history
    let entry = SenderEntry(uid: uid, user: Array("t".utf8))
    let claim = Claim(
      uid: uid, envelope: nil, from: .addresses([]), recipientCount: row.recipients)
    return try ledger.charge(uid: uid, now: { row.now }, recipients: row.recipients) {
      usage, now in
      Evaluation.quota(of: claim, entry: entry, limits: row.limits, usage: usage, now: now)
        .map { .reject($0) } ?? .permit
    }
  }

  /// As the function says it.
  private func name(_ decision: Decision) -> String {
    guard case .reject(let rejection) = decision, case .quota(let excess) = rejection.cause else {
      return decision == .permit ? "G" : "neither"
    }
    switch (excess.resource, excess.period) {
    case (.messages, .hour): return "1"
    case (.recipients, .hour): return "2"
    case (.messages, .day): return "3"
    case (.recipients, .day): return "4"
    }
  }
}
