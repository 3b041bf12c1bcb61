package import InternetMessage
internal import LinuxSystem
package import Policy

/// The real Postfix sendmail and how it is run: fixed argv[0], fresh environment, sealed standard
/// input.
package struct RealSendmail: Sendable {
  /// Its file.
  package let path: [UInt8]
  /// Its arguments, argv[0] included.
  package let arguments: [[UInt8]]

  /// Nothing of the caller's: MAIL_CONFIG alone would let the caller run code as postern
  /// (Tests/Vectors/README.md, "Privilege": sendmail believes it when the IDs are equal).
  private static let environment = [
    [UInt8]("PATH=/usr/sbin:/usr/bin:/sbin:/bin".utf8), [UInt8]("LANG=C".utf8),
  ]

  /// How long the real sendmail may take; 25 MB take it a second.
  ///
  /// Its caller can make it wait forever: with a pipe as standard output that nobody reads (`-v`),
  /// or with a process limit so small that Postfix tries to fork again and again. It is postern's
  /// process then, which the caller cannot end.
  private static let secondsToLive: UInt32 = 300

  /// Prepares a program with its arguments as they are.
  init(path: [UInt8], arguments: [[UInt8]]) {
    self.path = path
    self.arguments = arguments
  }

  /// Prepares the arguments for a message that was checked.
  ///
  /// The recipients that were counted are named one by one, never left to `-t`; `-i` and `--` keep
  /// the body and the recipients from being read as anything else.
  ///
  /// - Parameters:
  ///   - path: The real sendmail.
  ///   - invocation: The caller's command line, for the options that are passed on.
  ///   - reversePath: The checked envelope sender.
  ///   - fullName: The display name of an address that Postfix adds.
  ///   - recipients: The recipients that were counted.
  package init(
    path: [UInt8], invocation: Invocation, reversePath: ReversePath, fullName: [UInt8]?,
    recipients: [Recipient]
  ) {
    self.path = path
    var arguments = ["sendmail", "-i", "-f"].map { [UInt8]($0.utf8) }
    arguments.append(reversePath.argument)
    if let fullName {
      // A line end here would be one in the From: that Postfix adds.
      let oneLine = fullName.map { $0 < Octets.space || $0 == Octets.delete ? Octets.space : $0 }
      arguments += [[UInt8]("-F".utf8), oneLine]
    }
    arguments += invocation.handoffOptions
    arguments.append([UInt8]("--".utf8))
    arguments += recipients.map { $0.written }
    self.arguments = arguments
  }

  /// Prepares the arguments for a message that `mode = audit` lets pass as it came.
  ///
  /// - Parameters:
  ///   - path: The real sendmail.
  ///   - argv: The caller's own command line, argv[0] included.
  ///   - invocation: What it means.
  ///   - login: The caller's login name, which Postfix alone would have taken as envelope sender.
  ///   - fullName: The caller's full name, which Postfix alone would have put into a missing From:.
  package init(
    path: [UInt8], original argv: [[UInt8]], invocation: Invocation, login: [UInt8],
    fullName: [UInt8]
  ) {
    self.path = path
    var arguments = [[UInt8]("sendmail".utf8)]
    if invocation.sender == nil { arguments += [[UInt8]("-f".utf8), login] }
    if invocation.fullName == nil { arguments += [[UInt8]("-F".utf8), fullName] }
    self.arguments = arguments + argv.dropFirst()
  }

  /// Replaces this process, which its caller has lost (`ProcessState.leaveCaller`), by the real
  /// sendmail.
  ///
  /// - Parameter message: The sealed message; it becomes standard input.
  /// - Throws: `HandoffError`; nothing was sent then.
  func execute(_ message: consuming FileDescriptor) throws(HandoffError) -> Never {
    do {
      try message.moveToStandardInput()
      try Credentials.becomeAccount()
      try ProcessState.endAfter(seconds: Self.secondsToLive)
    } catch {
      throw .system(error)
    }
    try execute()
  }

  /// Replaces this process by the real sendmail, which reads what this process would have read.
  ///
  /// - Throws: `HandoffError`.
  func execute() throws(HandoffError) -> Never {
    do {
      try Execution.execve(path, arguments: arguments, environment: Self.environment)
    } catch {
      throw .system(error)
    }
  }

  /// Runs the real sendmail and waits for its end.
  ///
  /// Whoever kills it, the kernel short of memory or a caller who controls its control group, must
  /// not get a message for nothing. Postfix queues what has been read to its end, and only that
  /// (sendmail/sendmail.c, `enqueue`).
  ///
  /// - Parameters:
  ///   - message: The sealed message; it becomes the standard input of the child.
  ///   - objection: Asked in the child, out of the caller's reach, right before the hand-over.
  /// - Returns: The exit status of the real sendmail.
  /// - Throws: `HandoffError`.
  func supervise(
    _ message: consuming FileDescriptor, unless objection: @escaping () -> LateObjection?
  ) throws(HandoffError) -> Int32 {
    let end: Execution.ExitReason
    do {
      end = try Execution.spawnAndWait(
        path, arguments: arguments, environment: Self.environment, standardInput: message,
        secondsToLive: Self.secondsToLive, objection: { objection()?.rawValue })
    } catch {
      throw .system(error)
    }
    switch end {
    case .declined(let objection): throw .overtaken(LateObjection(rawValue: objection) ?? .late)
    case .exited(let status): return status
    case .signaled(let signal):
      throw Self.isReadToItsEnd(message) ? .killedLate(signal: signal) : .killed(signal: signal)
    }
  }

  /// Whether somebody has read a file to its end through this opening; in doubt they have.
  private static func isReadToItsEnd(_ file: borrowing FileDescriptor) -> Bool {
    guard let position = try? file.position(), let size = try? file.status().size else {
      return true
    }
    return position >= size
  }

  /// Starts the real sendmail, and waits for nothing.
  ///
  /// - Parameter message: The message; it becomes the standard input of the child.
  /// - Throws: `HandoffError`, also if the program cannot be trusted.
  func launch(_ message: consuming FileDescriptor) throws(HandoffError) {
    try requireTrusted()
    do {
      try Execution.launch(
        path, arguments: arguments, environment: Self.environment, standardInput: message,
        secondsToLive: Self.secondsToLive)
    } catch {
      throw .system(error)
    }
  }

  /// Refuses a program that others than root can replace: they would receive every user's mail, as
  /// postern.
  ///
  /// - Throws: `HandoffError`.
  func requireTrusted() throws(HandoffError) {
    let status: FileStatus
    do { status = try fileStatus(path, followingLinks: true) } catch { throw .system(error) }
    guard status.ownerUID == 0, status.isRegular, status.mode & 0o022 == 0 else {
      throw .untrustedProgram(path: path)
    }
  }
}

extension ReversePath {
  /// The value of `-f` that means exactly this reverse-path to Postfix.
  var argument: [UInt8] {
    switch self {
    case .null: [UInt8]("<>".utf8)
    case .address(let address): address.written
    case .word(let word): word
    }
  }
}
