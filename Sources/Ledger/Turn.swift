internal import LinuxSystem

/// A user's turn: only one process of a user at a time leaves its caller to decide.
///
/// A process that has left counts as the account's, and the decision may wait for the user's
/// record: a process that waits for the end of the real sendmail stays its caller's, who may stop
/// it while it holds that. All others wait here, as their caller's own.
package struct Turn: ~Copyable {
  private let file: FileDescriptor

  /// Waits for a user's turn.
  ///
  /// It ends with `end`, or where the process becomes another program.
  ///
  /// - Parameters:
  ///   - uid: The user.
  ///   - stateFile: The path of the state file.
  ///   - patience: How long, in milliseconds.
  /// - Returns: The turn; nil = the file cannot be opened, about which the charge has more to say.
  /// - Throws: `LedgerError`: another process of the user's has kept its turn for too long.
  package static func wait(
    for uid: UInt32, in stateFile: [UInt8], patience: UInt64 = Ledger.patienceOfMessages
  ) throws(LedgerError) -> Turn? {
    guard
      let file = try? FileDescriptor.open(path: stateFile, options: [.readWrite, .nonBlocking])
    else { return nil }
    try Ledger.lock(file, LedgerFormat.turn(of: uid), of: uid, patience: patience)
    return Turn(file: file)
  }

  /// Ends it.
  package consuming func end() {}
}
