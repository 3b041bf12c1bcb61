internal import LinuxSystem
internal import Submission

/// An ordinary user's own journal, which only the set-uid drop-in may read.
enum OwnJournal {
  /// More than a journal is as JSON: each of its bytes may become six.
  private static let jsonBytes = 1 << 20

  /// Asks the drop-in.
  ///
  /// - Parameters:
  ///   - setup: The installation.
  ///   - arguments: Must ask for nobody else.
  /// - Returns: The newest last.
  /// - Throws: `ToolFailure`.
  static func entries(_ setup: Setup, _ arguments: Arguments) throws(ToolFailure) -> [LogEntry] {
    for word in arguments.operands {
      guard try UserFinder([]).user(word).uid == setup.credentials.realUserID else {
        throw ToolFailure(.notPermitted, "only root may see other users' decisions")
      }
    }
    let output = try DropIn.ask("--own-log", for: "journal", bytes: jsonBytes)
    guard let entries = LogEntry.read(output) else { throw DropIn.notUnderstood }
    return entries
  }
}
