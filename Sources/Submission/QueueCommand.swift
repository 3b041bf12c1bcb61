internal import LinuxSystem
internal import Policy

/// `-bp`, `mailq` and `-q…`: nothing is submitted, so the caller runs Postfix's program as itself.
struct QueueCommand {
  private let handoff: Handoff

  /// Prepares the program.
  ///
  /// - Parameters:
  ///   - argv: The caller's command line; its first word decides under which of two names the program runs.
  ///   - site: Names the program.
  init(_ argv: [[UInt8]], _ site: Site) {
    let isMailq = InvocationReader.name(of: argv.first ?? []).elementsEqual("mailq".utf8)
    let program = isMailq ? "mailq" : "sendmail"
    handoff = Handoff(
      path: site.configuration.sendmailPath,
      arguments: [[UInt8](program.utf8)] + argv.dropFirst())
  }

  /// Gives all privilege back and becomes the program.
  ///
  /// - Throws: `Refusal`; this process is the caller's own by then, or was not changed.
  func run() throws(Refusal) -> Never {
    do { try Credentials.becomeReal() } catch { throw .system(error) }
    do throws(HandoffError) {
      try handoff.requireTrustedProgram()
      try handoff.execute()
    } catch {
      throw .handoff(error)
    }
  }
}
