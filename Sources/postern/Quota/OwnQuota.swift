internal import LinuxSystem
internal import Submission

/// An ordinary user's own row, which only the set-uid drop-in may read.
enum OwnQuota {
  /// Asks the drop-in.
  ///
  /// - Parameters:
  ///   - setup: The installation.
  ///   - arguments: Must ask for nobody else.
  /// - Returns: The one row.
  /// - Throws: `ToolFailure`.
  static func rows(_ setup: Setup, _ arguments: Arguments) throws(ToolFailure) -> [QuotaRow] {
    let uid = setup.credentials.realUserID
    if arguments.has("--all") { throw notPermitted }
    for word in arguments.operands {
      let user = try UserFinder([]).user(word)
      guard user.uid == uid else { throw notPermitted }
    }
    let output = try DropIn.ask("--quota-status", for: "quota", bytes: QuotaRow.jsonBytes)
    guard let row = QuotaRow(json: output) else { throw DropIn.notUnderstood }
    return [row]
  }

  private static var notPermitted: ToolFailure {
    ToolFailure(.notPermitted, "only root may see other users' quotas")
  }
}
