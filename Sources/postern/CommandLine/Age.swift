/// Spans of time as a table shows them.
enum Age {
  /// A span in its largest unit, for example `4m`.
  static func text(seconds: UInt64) -> String {
    switch seconds {
    case ..<60: "\(seconds)s"
    case ..<3_600: "\(seconds / 60)m"
    case ..<86_400: "\(seconds / 3_600)h"
    default: "\(seconds / 86_400)d"
    }
  }

  /// How long ago something was, in its largest unit.
  ///
  /// - Parameters:
  ///   - time: When it was, in seconds since 1970.
  ///   - now: Seconds since 1970; a time after it was just now.
  /// - Returns: For example `4m`.
  static func text(of time: UInt64, now: UInt64) -> String { text(seconds: now - min(now, time)) }
}
