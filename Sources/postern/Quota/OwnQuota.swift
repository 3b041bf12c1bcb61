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
    let output = try askDropIn()
    guard let row = QuotaRow(json: output) else {
      throw ToolFailure(
        .failed,
        "the answer of the drop-in sendmail could not be understood; install both programs in the same version"
      )
    }
    return [row]
  }

  private static var notPermitted: ToolFailure {
    ToolFailure(.notPermitted, "only root may see other users' quotas")
  }

  /// Runs `../lib/postern/sendmail --quota-status`, beside the directory of this program.
  private static func askDropIn() throws(ToolFailure) -> [UInt8] {
    let capture: Execution.Capture
    do {
      let program = try FileSystem.target(ofLink: Array("/proc/self/exe".utf8))
      let path = FileSystem.directory(of: program) + Array("/../lib/postern/sendmail".utf8)
      let words = ["sendmail", "--quota-status"].map { Array($0.utf8) }
      capture = try Child.runAsUser(path, words, bytes: QuotaRow.jsonBytes)
    } catch {
      let reason = (error as? Child.Failure)?.text ?? "it cannot be found"
      throw ToolFailure(.failed, "cannot run the drop-in sendmail: \(reason)")
    }
    guard capture.reason == .exited(0) else {
      throw ToolFailure(.failed, "the drop-in sendmail could not show your quota")
    }
    return capture.output
  }
}
