package import LinuxSystem

/// Why the state file cannot be used.
///
/// Whatever it is, nothing is sent.
package enum LedgerError: Error, Equatable, Sendable {
  /// A system call failed.
  case system(Errno)
  /// The path is not a directory, or the directory is not ours, or others may write to it.
  case untrustedDirectory(ownerUID: UInt32, mode: UInt32)
  /// The path is not a regular file with one name.
  case notAFile
  /// The file belongs to somebody else.
  case wrongOwner(UInt32)
  /// The file is open to others: its permission bits.
  case wrongMode(UInt32)
  /// The caller's hard limit on file sizes ends inside the file: a record could be cut by it.
  case fileSizeLimit(UInt64)
  /// The file begins as none of ours does.
  case foreign
  /// The file is of this other version.
  case version(UInt32)
  /// The file has lost its end, or gained one: its size in bytes.
  case truncated(size: UInt64)
  /// All slots that a user may have belong to others who are active.
  case noFreeSlot(uid: UInt32)
  /// A process held the user's lock for longer than `Ledger.open` was told to wait.
  case held(uid: UInt32)
  /// Others held the slots in question for longer than is waited for.
  case busy(uid: UInt32)
  /// The quota server does not answer, and `quota_server_failure = reject`.
  case unanswered(ServerFault)
}

/// Why a quota server has not answered.
package enum ServerFault: Error, Equatable, Sendable {
  /// It failed a moment ago, and is not asked again yet.
  case remembered
  /// It cannot be reached, or does not answer in time.
  case system(Errno)
  /// The file with the password cannot be read.
  case password(Errno)
  /// It does not take the account or the password; what it says.
  case signIn([UInt8])
  /// It answers with an error; what it says.
  case refused([UInt8])
  /// It has closed the connection before it had answered.
  case closed
  /// It answers what no server of ours does.
  case malformed
}

/// Calls the system and gives its errors their meaning here.
func system<Result>(_ body: () throws(Errno) -> Result) throws(LedgerError) -> Result {
  do {
    return try body()
  } catch {
    throw .system(error)
  }
}
