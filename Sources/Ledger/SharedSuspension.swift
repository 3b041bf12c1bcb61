internal import LinuxSystem
package import Policy

/// Copies of the suspensions that are in force on every web server of a fleet.
extension Ledger {
  /// Brings the copy of a fleet's suspension up to date.
  ///
  /// What the administrator of this machine has ordered stays, and so does an automatic suspension
  /// that ends later. A user's first copy needs no lock, which a process of that very user may
  /// hold; the end of one does, or an order of this moment could be lost with it.
  ///
  /// - Parameters:
  ///   - fleet: The fleet's suspension, of origin `fleet`; nil = there is none.
  ///   - uid: The user.
  ///   - record: Whose record it is noted in: `sharedUID` for a user without an entry; nil = the
  ///     user's own.
  ///   - clock: The time in seconds since 1970.
  /// - Returns: Whether anything has changed.
  /// - Throws: `LedgerError`: everything is as it was.
  package func follow(
    _ fleet: Suspension?, of uid: UInt32, record: UInt32? = nil,
    now clock: () -> UInt64 = Clock.seconds
  ) throws(LedgerError) -> Bool {
    let stored = try suspensions.stored(of: uid)
    guard Self.isChange(from: stored, to: fleet, now: clock()) else { return false }
    if let fleet, stored == nil {
      try suspensions.store(fleet, for: uid, replacing: false)
      return true
    }
    return try change(uid: record ?? uid, now: clock) { (usage, now) throws(LedgerError) in
      guard Self.isChange(from: try suspensions.stored(of: uid), to: fleet, now: now) else {
        return false
      }
      if let fleet {
        try suspensions.store(fleet, for: uid)
      } else {
        try suspensions.remove(for: uid)
        usage.hour.forgetForeign()
      }
      return true
    }
  }

  /// Whether the copy is to be written, or removed.
  private static func isChange(from stored: Suspension?, to fleet: Suspension?, now: UInt64) -> Bool
  {
    guard let stored else { return fleet != nil }
    guard let fleet else { return stored.origin == .fleet }
    if stored.hasEnded(at: now) { return true }
    switch stored.origin {
    case .administrator: return false
    case .automatic: return end(of: fleet) + slack >= end(of: stored)
    case .fleet: return fleet.reason != stored.reason || !isClose(end(of: fleet), end(of: stored))
    }
  }

  /// Two clocks and two roundings lie between an end and its copy.
  private static let slack: UInt64 = 60

  private static func isClose(_ a: UInt64, _ b: UInt64) -> Bool { max(a, b) - min(a, b) < slack }

  private static func end(of suspension: Suspension) -> UInt64 {
    min(suspension.until ?? .max, .max - slack)
  }
}

/// A web server, as a quota server knows it.
package enum FleetNode {
  /// What this machine is called at a quota server, without what its accounts add.
  ///
  /// - Parameter quotaFile: The path of the state file.
  /// - Returns: Its host name and a number of its own.
  /// - Throws: `LedgerError`: the number cannot be read, or made.
  package static func name(beside quotaFile: [UInt8]) throws(LedgerError) -> [UInt8] {
    SharedQuota.name(of: try FleetFile.open(beside: quotaFile).nodeNumber)
  }
}
