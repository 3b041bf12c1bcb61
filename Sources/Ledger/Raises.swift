internal import LinuxSystem
package import Policy

/// Whose limits are raised for a time: one small file beside the state file for each such user.
///
///     raised/UID = until LF limit *(SP limit) LF
///
/// A file that cannot be read raises nothing: an error never permits.
package struct Raises: Sendable {
  private let orders: OrderFiles

  /// Finds the raises that go with a state file.
  ///
  /// - Parameter quotaFile: The path of the state file.
  package init(beside quotaFile: [UInt8]) { orders = OrderFiles("raised", beside: quotaFile) }

  /// The raise of a user.
  ///
  /// - Parameters:
  ///   - uid: The user.
  ///   - clock: The time in seconds since 1970; asked where there is one.
  /// - Returns: What is raised; nil = nothing, or it has ended, or it cannot be read.
  package func raise(of uid: UInt32, now clock: () -> UInt64 = Clock.seconds) -> Raise? {
    guard let text = try? orders.text(of: uid), let raise = Self.read(text),
      clock() < raise.until
    else { return nil }
    return raise
  }

  /// Raises limits, in place of what was raised before; on the disk when this returns.
  ///
  /// - Parameters:
  ///   - raise: The limits.
  ///   - uid: The user.
  /// - Throws: `LedgerError.system`.
  package func store(_ raise: Raise, for uid: UInt32) throws(LedgerError) {
    try orders.store(Self.text(of: raise), for: uid, replacing: true)
  }

  /// Ends a raise; on the disk when this returns.
  ///
  /// - Parameter uid: The user.
  /// - Throws: `LedgerError.system`.
  package func remove(for uid: UInt32) throws(LedgerError) { try orders.remove(for: uid) }

  // MARK: The contents

  static func text(of raise: Raise) -> [UInt8] {
    Array("\(raise.until)\n".utf8) + raise.text + [lineFeed]
  }

  /// Reads the contents; nil = they are malformed.
  static func read(_ text: [UInt8]) -> Raise? {
    let lines = text.split(separator: lineFeed, omittingEmptySubsequences: false)
    guard text.last == lineFeed, lines.count == 3,
      let until = UInt64(String(decoding: lines[0], as: UTF8.self))
    else { return nil }
    var raise = Raise(until: until)
    for word in lines[1].split(separator: UInt8(ascii: " ")) {
      guard raise.take(word) else { return nil }
    }
    return raise
  }

  private static let lineFeed = UInt8(ascii: "\n")
}
