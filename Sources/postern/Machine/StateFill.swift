internal import Ledger
internal import LinuxSystem
internal import Policy

/// How full the state file is.
struct StateFill: Equatable {
  /// Records that no other user can have the place of.
  let used: Int
  /// Records that there is room for.
  static let capacity = Int(LedgerFormat.slotCount)

  /// From here on a new user may soon find no room: there are few places where each may have its
  /// record.
  private static let warningPercent = 80

  /// Reads the state file.
  ///
  /// - Parameter ledger: The state file.
  /// - Throws: `ToolFailure`.
  init(of ledger: borrowing Ledger) throws(ToolFailure) {
    do throws(LedgerError) { used = try ledger.fill() } catch { throw ToolFailure(error) }
  }

  init(used: Int) { self.used = used }

  /// Whether somebody must look.
  var isNearlyFull: Bool { used * 100 >= Self.capacity * Self.warningPercent }

  /// For texts: `12 of 262144 records`.
  var text: String { "\(used) of \(Self.capacity) records" }
}
