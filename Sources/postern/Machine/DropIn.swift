internal import LinuxSystem

/// The set-uid drop-in of the same installation, which tells ordinary users what they may know.
enum DropIn {
  /// Runs `../lib/postern/sendmail` with an option of Postern's own, beside the directory of this
  /// program.
  ///
  /// - Parameters:
  ///   - option: The option.
  ///   - what: What it shows, for texts: "quota".
  ///   - bytes: The longest answer that is accepted.
  /// - Returns: The answer.
  /// - Throws: `ToolFailure`.
  static func ask(_ option: String, for what: String, bytes: Int) throws(ToolFailure) -> [UInt8] {
    let capture: Execution.Capture
    do {
      let program = try FileSystem.target(ofLink: Array("/proc/self/exe".utf8))
      let path = FileSystem.directory(of: program) + Array("/../lib/postern/sendmail".utf8)
      let words = ["sendmail", option].map { Array($0.utf8) }
      capture = try Child.runAsUser(path, words, bytes: bytes)
    } catch {
      let reason = (error as? Child.Failure)?.text ?? "it cannot be found"
      throw ToolFailure(.failed, "cannot run the drop-in sendmail: \(reason)")
    }
    guard capture.reason == .exited(0) else {
      throw ToolFailure(.failed, "the drop-in sendmail could not show your \(what)")
    }
    return capture.output
  }

  /// The answer is of another version.
  static var notUnderstood: ToolFailure {
    ToolFailure(
      .failed,
      "the answer of the drop-in sendmail could not be understood; install both programs in the same version"
    )
  }
}
