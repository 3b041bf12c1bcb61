internal import LinuxSystem
internal import Policy

/// `-bp`, `mailq` and `-q…`: nothing is submitted, so the caller runs Postfix's program as itself.
struct QueueCommand {
  private let program: RealSendmail

  /// Prepares the program.
  ///
  /// - Parameters:
  ///   - argv: The caller's command line; its first word decides under which of two names the
  ///     program runs.
  ///   - policy: The rules for the caller, which name the program.
  init(_ argv: [[UInt8]], _ policy: SenderPolicy) {
    let isMailq = InvocationReader.name(of: argv.first ?? []).elementsEqual("mailq".utf8)
    let name = isMailq ? "mailq" : "sendmail"
    program = RealSendmail(
      path: policy.configuration.sendmailPath,
      arguments: [[UInt8](name.utf8)] + argv.dropFirst())
  }

  /// Gives all privilege back and becomes the program.
  ///
  /// - Throws: `Refusal`; this process has either become the caller's or is unchanged.
  func run() throws(Refusal) -> Never {
    do { try Credentials.becomeReal() } catch { throw .system(error) }
    do throws(HandoffError) {
      try program.requireTrusted()
      try program.execute()
    } catch {
      throw .handoff(error)
    }
  }
}
