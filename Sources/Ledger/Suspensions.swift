internal import LinuxSystem
package import Policy

/// Who is suspended: one small file beside the state file for each such user.
///
///     suspended/UID = origin SP since [SP until] LF reason LF
///
/// The file is the suspension; its contents only say why, and until when. So a torn file or a full
/// disk does not end one, nor does a state file that is removed or replaced. For a user who is not
/// suspended this costs one failed `open`. It also applies to exempt users, who have no record.
package struct Suspensions: Sendable {
  private let orders: OrderFiles

  /// Finds the suspensions that go with a state file.
  ///
  /// - Parameter quotaFile: The path of the state file.
  package init(beside quotaFile: [UInt8]) {
    orders = OrderFiles("suspended", beside: quotaFile)
  }

  /// Tells whether a user is suspended.
  ///
  /// Without the directory nobody is. If it cannot be found out, that is an error, for exempt users
  /// too.
  ///
  /// - Parameters:
  ///   - uid: The user.
  ///   - clock: The time in seconds since 1970.
  /// - Returns: The suspension; nil = none, or its time is over.
  /// - Throws: `LedgerError.system`.
  package func suspension(
    of uid: UInt32, now clock: () -> UInt64 = Clock.seconds
  ) throws(LedgerError) -> Suspension? {
    guard let stored = try stored(of: uid), !stored.hasEnded(at: clock()) else { return nil }
    return stored
  }

  /// The suspension of a user, even if its time is over.
  func stored(of uid: UInt32) throws(LedgerError) -> Suspension? {
    try orders.text(of: uid).map(Self.read)
  }

  /// Returns everybody who is suspended, in ascending order.
  ///
  /// - Throws: `LedgerError.system`.
  package func all() throws(LedgerError) -> [(uid: UInt32, suspension: Suspension)] {
    var found: [(uid: UInt32, suspension: Suspension)] = []
    for uid in try orders.users() {
      if let suspension = try suspension(of: uid) { found.append((uid, suspension)) }
    }
    return found
  }

  /// Suspends a user; on the disk when this returns.
  ///
  /// - Parameters:
  ///   - suspension: The suspension.
  ///   - uid: The user.
  ///   - replacing: Whether it takes the place of one that is there, which otherwise stays.
  /// - Throws: `LedgerError.system`.
  func store(
    _ suspension: Suspension, for uid: UInt32, replacing: Bool = true
  ) throws(LedgerError) {
    try orders.store(Self.text(of: suspension), for: uid, replacing: replacing)
  }

  /// Ends a suspension; on the disk when this returns.
  func remove(for uid: UInt32) throws(LedgerError) { try orders.remove(for: uid) }

  // MARK: The contents

  static func text(of suspension: Suspension) -> [UInt8] {
    let end = suspension.until.map { " \($0)" } ?? ""
    let head = "\(suspension.origin.rawValue) \(suspension.since)\(end)\n"
    return Array(head.utf8) + suspension.reason + [lineFeed]
  }

  /// Reads the contents; malformed contents are a suspension for an unknown reason, without an end.
  ///
  /// - Parameter text: The contents; the server of a fleet's quotas keeps the same text.
  /// - Returns: The suspension.
  package static func read(_ text: [UInt8]) -> Suspension {
    let lines = text.split(separator: lineFeed, omittingEmptySubsequences: false)
    let words = lines[0].split(separator: UInt8(ascii: " "))
    guard text.last == lineFeed, lines.count == 3, words.count == 2 || words.count == 3,
      let origin = Suspension.Origin(rawValue: String(decoding: words[0], as: UTF8.self)),
      let since = UInt64(String(decoding: words[1], as: UTF8.self)),
      lines[1].count <= Suspension.reasonBytes
    else { return Suspension(since: 0, origin: .administrator, reason: lostReason) }
    var until: UInt64?
    if words.count == 3 {
      guard let end = UInt64(String(decoding: words[2], as: UTF8.self)) else {
        return Suspension(since: since, origin: origin, reason: lostReason)
      }
      until = end
    }
    return Suspension(since: since, until: until, origin: origin, reason: Array(lines[1]))
  }

  /// What a suspension says of itself whose file cannot be read any more.
  static let lostReason = Array("the reason was lost".utf8)

  private static let lineFeed = UInt8(ascii: "\n")
}
