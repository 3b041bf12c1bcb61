internal import Glibc

/// Other programs.
package enum Execution {
  /// How a process ended.
  package enum ExitReason: Equatable, Sendable {
    /// By itself, with this status (0 to 255).
    case exited(Int32)
    /// By this signal.
    case signaled(Int32)
    /// Before the program was executed, by the objection that was asked for.
    case declined(UInt8)
  }

  /// Replaces this program by another one, which gets default signals and descriptors 0 to 2.
  ///
  /// - Parameters:
  ///   - path: The program.
  ///   - arguments: Its arguments, the program's name first, each without NUL.
  ///   - environment: Its whole environment, `NAME=value` each.
  /// - Throws: `Errno`; this program goes on as before.
  ///
  /// The corresponding C function is `execve`.
  package static func execve(
    _ path: [UInt8], arguments: [[UInt8]], environment: [[UInt8]]
  ) throws(Errno) -> Never {
    for signal in ProcessState.ignoredSignals {
      ProcessState.setDisposition(of: signal, ignored: false)
    }
    defer {
      for signal in ProcessState.ignoredSignals {
        ProcessState.setDisposition(of: signal, ignored: true)
      }
    }
    try ProcessState.replaceForbiddenOutputs()
    throw try unsafe withVectors(path, arguments, environment) { (file, argv, envp) in
      // SAFETY: one C string and two null-terminated vectors of them, alive during the call.
      unsafe execute(file, argv, envp)
    }
  }

  /// How often, and after how many milliseconds each, a program is tried that the limit of
  /// processes keeps from being executed.
  private static let executionAttempts = 400
  private static let executionPauseMilliseconds = 50

  /// Calls execve(2), again for some seconds where the user has too many processes for this one's
  /// limit (EAGAIN): the account postern's end within moments, whoever made them.
  ///
  /// - Returns: Why there is no other program now.
  static func execute(
    _ file: UnsafePointer<CChar>, _ argv: UnsafePointer<UnsafeMutablePointer<CChar>?>,
    _ envp: UnsafePointer<UnsafeMutablePointer<CChar>?>
  ) -> Errno {
    var number: Int32 = 0
    for _ in 0..<executionAttempts {
      // SAFETY: the caller passes one C string and two null-terminated vectors of them.
      _ = unsafe Glibc.execve(file, argv, envp)
      number = errno
      guard number == EAGAIN else { break }
      Clock.pause(milliseconds: executionPauseMilliseconds)
    }
    return Errno(number: number, call: "execve")
  }

  /// Calls `body` with what execve(2) takes; the pointers are valid during the call only.
  static func withVectors<Result>(
    _ path: [UInt8], _ arguments: [[UInt8]], _ environment: [[UInt8]],
    _ body: (
      UnsafePointer<CChar>, UnsafePointer<UnsafeMutablePointer<CChar>?>,
      UnsafePointer<UnsafeMutablePointer<CChar>?>
    ) throws(Errno) -> Result
  ) throws(Errno) -> Result {
    let argumentVector = try CStrings(arguments, for: "execve")
    let environmentVector = try CStrings(environment, for: "execve")
    return try unsafe withCString(path, for: "execve") { (file) throws(Errno) in
      try unsafe argumentVector.withPointers { (argv) throws(Errno) in
        try unsafe environmentVector.withPointers { (envp) throws(Errno) in
          guard let argv = argv.baseAddress, let envp = envp.baseAddress else {
            throw Errno(number: EFAULT, call: "execve")
          }
          return try unsafe body(file, argv, envp)
        }
      }
    }
  }

  /// Replaces this program by another one, which gets everything as this one got it: arguments,
  /// environment, descriptors, dispositions of signals.
  ///
  /// - Parameter path: The program.
  /// - Throws: `Errno`; this program goes on as before.
  ///
  /// The corresponding C function is `execv`.
  package static func becomeUnchanged(_ path: [UInt8]) throws(Errno) -> Never {
    let number = try unsafe withCString(path, for: "execv") { (file) throws(Errno) -> Int32 in
      // SAFETY: a C string during the call, and the process's own argument vector, which nobody
      // changes.
      _ = unsafe Glibc.execv(file, CommandLine.unsafeArgv)
      return errno
    }
    throw Errno(number: number, call: "execv")
  }

  /// Runs a program with a file as its standard input and waits for its end.
  ///
  /// It gets an empty signal mask, and descriptors 1 and 2 of this process as far as they cannot
  /// make it wait for ever; the effective user is who calls it (`ProcessState.leaveCaller`). The
  /// waiting parent keeps its user IDs.
  ///
  /// - Parameters:
  ///   - path: The program.
  ///   - arguments: Its arguments, the program's name first, each without NUL.
  ///   - environment: Its whole environment, `NAME=value` each.
  ///   - standardInput: Its standard input, read from where its position is.
  ///   - secondsToLive: When SIGALRM ends it at the latest; nil = never.
  ///   - objection: Asked in the child when nobody can hold it back any more; what it returns keeps
  ///     the program from being executed.
  /// - Returns: How it ended.
  /// - Throws: `Errno` if it could not be started or waited for (ECHILD if this process ignores
  ///   SIGCHLD).
  ///
  /// The corresponding C functions are `fork`, `execve` and `waitpid`.
  package static func spawnAndWait(
    _ path: [UInt8], arguments: [[UInt8]], environment: [[UInt8]],
    standardInput: borrowing FileDescriptor, secondsToLive: UInt32? = nil,
    objection: (() -> UInt8?)? = nil
  ) throws(Errno) -> ExitReason {
    let start = try spawn(
      path, arguments: arguments, environment: environment,
      Preparation(
        redirections: [Redirection(from: standardInput.rawValue, to: 0)], leavesCaller: true,
        objection: objection, secondsToLive: secondsToLive))
    return try end(of: start)
  }

  /// Waits for a child that was started.
  static func end(of start: Start) throws(Errno) -> ExitReason {
    switch start {
    case .running(let child): try waitForEnd(of: child)
    case .declined(let objection): .declined(objection)
    }
  }

  /// Starts a program that nobody waits for: with a file as its standard input, without output, in
  /// `/` and in a session of its own, so that no key pressed at a terminal ends it.
  ///
  /// The effective user is who calls it.
  ///
  /// - Parameters:
  ///   - path: The program.
  ///   - arguments: Its arguments, the program's name first, each without NUL.
  ///   - environment: Its whole environment, `NAME=value` each.
  ///   - standardInput: Its standard input, read from where its position is.
  ///   - secondsToLive: When SIGALRM ends it at the latest.
  /// - Throws: `Errno` if it could not be started.
  ///
  /// The corresponding C functions are `fork` and `execve`.
  package static func launch(
    _ path: [UInt8], arguments: [[UInt8]], environment: [[UInt8]],
    standardInput: borrowing FileDescriptor, secondsToLive: UInt32
  ) throws(Errno) {
    let null = try FileDescriptor.open(path: "/dev/null", options: .readWrite)
    _ = try spawn(
      path, arguments: arguments, environment: environment,
      Preparation(
        redirections: [
          Redirection(from: standardInput.rawValue, to: 0),
          Redirection(from: null.rawValue, to: 1), Redirection(from: null.rawValue, to: 2),
        ], leavesCaller: true, isDetached: true, secondsToLive: secondsToLive))
  }
}
