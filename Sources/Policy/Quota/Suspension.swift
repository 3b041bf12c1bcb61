/// That a user may send nothing, for a time or until the administrator says otherwise.
///
/// It binds exempt users too, and `mode = audit` does not lift it.
package struct Suspension: Sendable, Equatable {
  /// Who decided it; the raw value is the word in the file.
  package enum Origin: String, Sendable, CaseIterable {
    /// `postern suspend`.
    case administrator
    /// `auto_suspend_refusals`.
    case automatic
    /// A copy of one that is in force on every web server of a fleet.
    case fleet
  }

  /// The most bytes of a reason.
  package static let reasonBytes = 200

  /// When, in seconds since 1970; 0 = what was noted of it cannot be read any more.
  package var since: UInt64
  /// Who decided it.
  package var origin: Origin
  /// When it ends by itself, in seconds since 1970; nil = `postern resume` ends it.
  package var until: UInt64?
  /// Why: at most `reasonBytes` bytes.
  package var reason: [UInt8]

  /// Creates a suspension; a longer reason is cut, and its control characters become spaces.
  package init(since: UInt64, until: UInt64? = nil, origin: Origin, reason: [UInt8]) {
    self.since = since
    self.until = until
    self.origin = origin
    self.reason = reason.prefix(Self.reasonBytes).map { $0 < 0x20 || $0 == 0x7F ? 0x20 : $0 }
  }

  /// Whether its time is over.
  ///
  /// - Parameter now: Seconds since 1970.
  /// - Returns: Whether it binds nobody any more.
  package func hasEnded(at now: UInt64) -> Bool { until.map { $0 <= now } ?? false }
}
