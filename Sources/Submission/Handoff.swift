package import InternetMessage
package import LinuxSystem
package import Policy

/// What went wrong between the decision and the real sendmail.
package enum HandoffError: Error {
  /// The real sendmail is not root's, or others may write to it.
  case untrustedProgram(path: [UInt8])
  /// The real sendmail cannot be examined or executed.
  case system(Errno)
  /// The real sendmail died by a signal (`handoff = supervise`) before it had read the whole message.
  case killed(signal: Int32)
  /// The real sendmail died by a signal when it may have queued the message.
  case killedLate(signal: Int32)
}

/// Runs the real Postfix sendmail on what was checked: fixed argv[0], fresh environment, sealed standard input.
package struct Handoff: Sendable {
  /// The real sendmail's file.
  package let path: [UInt8]
  /// Its arguments, argv[0] included.
  package let arguments: [[UInt8]]

  /// Nothing of the caller's: MAIL_CONFIG alone would let the caller run code as postern
  /// (postfix-semantics: sendmail believes it when the real and effective IDs are equal).
  private static let environment = [
    [UInt8]("PATH=/usr/sbin:/usr/bin:/sbin:/bin".utf8), [UInt8]("LANG=C".utf8),
  ]

  /// How long the real sendmail may take; 25 MB take it a second.
  ///
  /// Its caller can make it wait for ever: by a pipe as standard output that nobody reads (`-v`), or by so small a limit
  /// of processes that Postfix tries to fork again and again. It is postern's process then, which the caller cannot end.
  private static let secondsToLive: UInt32 = 300

  /// Prepares a program with its arguments as they are.
  init(path: [UInt8], arguments: [[UInt8]]) {
    self.path = path
    self.arguments = arguments
  }

  /// Prepares the hand-over of a checked message.
  ///
  /// The recipients that were counted are named one by one, never left to `-t`; `-i` and `--` keep the body and the
  /// recipients from being read as anything else.
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
      let oneLine = fullName.map { $0 < Byte.space || $0 == Byte.delete ? Byte.space : $0 }
      arguments += [[UInt8]("-F".utf8), oneLine]
    }
    arguments += invocation.handoffOptions
    arguments.append([UInt8]("--".utf8))
    arguments += recipients.map(\.written)
    self.arguments = arguments
  }

  /// Prepares the hand-over of a message that `mode = audit` lets pass as it came.
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

  /// Replaces this process, as the effective user's for good, by the real sendmail.
  ///
  /// - Parameter message: The sealed message; it becomes standard input.
  /// - Throws: `HandoffError`; nothing was sent then.
  package func execute(_ message: consuming FileDescriptor) throws(HandoffError) -> Never {
    do {
      try Credentials.becomeEffective()
      try message.moveToStandardInput()
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
  /// Whoever kills it, the kernel short of memory or a caller who controls its control group, must not get a message
  /// for nothing. Postfix queues what has been read to its end, and only that (sendmail/sendmail.c, `enqueue`).
  ///
  /// - Parameter message: The sealed message; it becomes the standard input of the child.
  /// - Returns: The exit status of the real sendmail.
  /// - Throws: `HandoffError`.
  package func supervise(_ message: consuming FileDescriptor) throws(HandoffError) -> Int32 {
    let end: Execution.ExitReason
    do {
      end = try Execution.spawnAndWait(
        path, arguments: arguments, environment: Self.environment, standardInput: message,
        secondsToLive: Self.secondsToLive)
    } catch {
      throw .system(error)
    }
    switch end {
    case .exited(let status): return status
    case .signalled(let signal):
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
    try requireTrustedProgram()
    do {
      try Execution.launch(
        path, arguments: arguments, environment: Self.environment, standardInput: message,
        secondsToLive: Self.secondsToLive)
    } catch {
      throw .system(error)
    }
  }

  /// Refuses a program that others than root can replace: they would receive every user's mail, as postern.
  ///
  /// - Throws: `HandoffError`.
  func requireTrustedProgram() throws(HandoffError) {
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
    }
  }
}
