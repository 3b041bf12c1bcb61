internal import Glibc

/// Other programs.
package enum Execution {
  /// How a process ended.
  package enum ExitReason: Equatable, Sendable {
    /// By itself, with this status (0 to 255).
    case exited(Int32)
    /// By this signal.
    case signalled(Int32)
  }

  /// What a program wrote, and how it ended.
  package struct Capture: Equatable, Sendable {
    /// How it ended.
    package let reason: ExitReason
    /// Its standard output.
    package let output: [UInt8]
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
    let number = try unsafe withVectors(path, arguments, environment) { (file, argv, envp) in
      // SAFETY: one C string and two null-terminated vectors of them, alive during the call.
      _ = unsafe Glibc.execve(file, argv, envp)
      return errno
    }
    throw Errno(number: number, call: "execve")
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

  /// Replaces this program by another one, which gets everything as this one got it: arguments, environment,
  /// descriptors, dispositions of signals.
  ///
  /// - Parameter path: The program.
  /// - Throws: `Errno`; this program goes on as before.
  ///
  /// The corresponding C function is `execv`.
  package static func becomeUnchanged(_ path: [UInt8]) throws(Errno) -> Never {
    let number = try unsafe withCString(path, for: "execv") { (file) throws(Errno) -> Int32 in
      // SAFETY: a C string during the call, and the process's own argument vector, which nobody changes.
      _ = unsafe Glibc.execv(file, CommandLine.unsafeArgv)
      return errno
    }
    throw Errno(number: number, call: "execv")
  }

  /// Runs a program with a file as its standard input and waits for its end.
  ///
  /// It gets default signals, an empty signal mask, and descriptors 1 and 2 of this process; the effective user is who
  /// calls it. This process waits as the one that it was.
  ///
  /// - Parameters:
  ///   - path: The program.
  ///   - arguments: Its arguments, the program's name first, each without NUL.
  ///   - environment: Its whole environment, `NAME=value` each.
  ///   - standardInput: Its standard input, read from where its position is.
  ///   - secondsToLive: When SIGALRM ends it at the latest; nil = never.
  /// - Returns: How it ended.
  /// - Throws: `Errno` if it could not be started or waited for (ECHILD if this process ignores
  ///   SIGCHLD).
  ///
  /// The corresponding C functions are `fork`, `execve` and `waitpid`.
  package static func spawnAndWait(
    _ path: [UInt8], arguments: [[UInt8]], environment: [[UInt8]],
    standardInput: borrowing FileDescriptor, secondsToLive: UInt32? = nil
  ) throws(Errno) -> ExitReason {
    let child = try spawn(
      path, arguments: arguments, environment: environment,
      Preparation(
        redirections: [Redirection(from: standardInput.rawValue, to: 0)],
        secondsToLive: secondsToLive))
    return try waitForEnd(of: child)
  }

  /// Runs a program with this process's own standard input and waits for its end.
  ///
  /// - Returns: How it ended.
  /// - Throws: `Errno`, as the variant with a file.
  package static func spawnAndWait(
    _ path: [UInt8], arguments: [[UInt8]], environment: [[UInt8]]
  ) throws(Errno) -> ExitReason {
    try spawnAndWait(
      path, arguments: arguments, environment: environment, standardInput: .standardInput)
  }

  /// Starts a program that nobody waits for: with a file as its standard input, without output, in
  /// a session of its own, so that no key pressed at a terminal ends it.
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
        ], inOwnSession: true, secondsToLive: secondsToLive))
  }

  /// Runs a program without input and returns what it wrote to standard output.
  ///
  /// - Parameters:
  ///   - path: The program.
  ///   - arguments: Its arguments, the program's name first, each without NUL.
  ///   - environment: Its whole environment, `NAME=value` each.
  ///   - maximumBytes: The most output that is accepted.
  /// - Returns: The output, and how the program ended.
  /// - Throws: `Errno`; EFBIG if it writes more than `maximumBytes`, after its end.
  package static func capture(
    _ path: [UInt8], arguments: [[UInt8]], environment: [[UInt8]], maximumBytes: Int
  ) throws(Errno) -> Capture {
    let null = try FileDescriptor.open(path: "/dev/null")
    let ends = try FileDescriptor.pipe()
    let child = try spawn(
      path, arguments: arguments, environment: environment,
      Preparation(redirections: [
        Redirection(from: null.rawValue, to: 0), Redirection(from: ends.writeEnd.rawValue, to: 1),
      ]))
    let (output, failure) = collect(ends, limit: maximumBytes)
    let reason = try waitForEnd(of: child)
    if let failure { throw failure }
    return Capture(reason: reason, output: output)
  }

  /// Reads all output of a child, closing both ends, so that a child that writes more gets SIGPIPE
  /// and can be waited for.
  private static func collect(
    _ ends: consuming PipeEnds, limit: Int
  ) -> (output: [UInt8], failure: Errno?) {
    let readEnd = ends.keepReadEnd()
    do {
      return (try readEnd.readToEnd(limit: limit), nil)
    } catch {
      return ([], error)
    }
  }
}
