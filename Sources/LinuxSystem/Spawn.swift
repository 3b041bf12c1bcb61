internal import Glibc
// For fork(2): Glibc hides it behind a name of its own that cannot be used, as programs with several threads must not
// do much after it. Ours have one.
internal import SwiftGlibc

extension Execution {
  /// A descriptor of ours that the child gets under another number.
  struct Redirection {
    let source: Int32
    let target: Int32

    init(from source: Int32, to target: Int32) {
      self.source = source
      self.target = target
    }
  }

  /// What a child does to itself before it executes a program.
  struct Preparation {
    let redirections: [Redirection]
    /// Whether it leaves the terminal.
    var inOwnSession = false
    /// When the kernel ends the program at the latest, in seconds; nil = never.
    var secondsToLive: UInt32?
  }

  /// Starts a program, for which the effective user is who calls it; see `spawnAndWait`.
  ///
  /// The child is a copy of this process, and so its caller's, until it has taken all IDs of the effective user itself:
  /// from then on the caller can neither stop nor kill it. posix_spawn(3) cannot do that.
  ///
  /// - Returns: Its process ID.
  /// - Throws: `Errno`, also if the program could not be executed.
  ///
  /// The corresponding C functions are `fork` and `execve`.
  static func spawn(
    _ path: [UInt8], arguments: [[UInt8]], environment: [[UInt8]], _ preparation: Preparation
  ) throws(Errno) -> pid_t {
    // It closes when the program is executed; until then the child can write what went wrong.
    let ends = try FileDescriptor.pipe()
    let child = try unsafe withVectors(path, arguments, environment) {
      (file, argv, envp) throws(Errno) -> pid_t in
      let child = try check("fork") { SwiftGlibc.fork() }
      if child == 0 {
        let failure = unsafe become(file, argv, envp, preparation)
        failure.report(to: ends.writeEnd.rawValue)
        _exit(127)
      }
      return child
    }
    if let error = ChildFailure.read(from: ends.keepReadEnd()) {
      _ = try waitForEnd(of: child)
      throw error
    }
    return child
  }

  /// In the child: prepares it and executes the program.
  ///
  /// - Returns: What went wrong.
  private static func become(
    _ file: UnsafePointer<CChar>, _ argv: UnsafePointer<UnsafeMutablePointer<CChar>?>,
    _ envp: UnsafePointer<UnsafeMutablePointer<CChar>?>, _ preparation: Preparation
  ) -> ChildFailure {
    do throws(Errno) {
      try ProcessState.setDefaultSignals()
      for redirection in preparation.redirections {
        try redirect(redirection)
      }
      if preparation.inOwnSession { try check("setsid") { setsid() } }
    } catch {
      return ChildFailure(.descriptors, error)
    }
    do { try Credentials.becomeEffective() } catch { return ChildFailure(.identity, error) }
    do {
      if let seconds = preparation.secondsToLive { try ProcessState.endAfter(seconds: seconds) }
    } catch {
      return ChildFailure(.timer, error)
    }
    // SAFETY: the caller passes one C string and two null-terminated vectors of them.
    _ = unsafe Glibc.execve(file, argv, envp)
    return ChildFailure(.execution, Errno(number: errno, call: "execve"))
  }

  private static func redirect(_ redirection: Redirection) throws(Errno) {
    if redirection.source == redirection.target {
      // dup2 of a number onto itself would leave close-on-exec as it is.
      try check("fcntl") { fcntl(redirection.target, F_SETFD, 0) }
    } else {
      try check("dup2") { dup2(redirection.source, redirection.target) }
    }
  }

  /// Waits for a child.
  ///
  /// - Returns: How it ended.
  /// - Throws: `Errno`.
  static func waitForEnd(of child: pid_t) throws(Errno) -> ExitReason {
    var status: Int32 = 0
    // SAFETY: the kernel fills one number.
    try check("waitpid") { unsafe waitpid(child, &status, 0) }
    // wait(2): the low seven bits are the signal, 0 for none; the next byte is the exit status.
    // Stopped children are not reported without WUNTRACED.
    let signal = status & 0x7f
    return signal == 0 ? .exited(status >> 8 & 0xff) : .signalled(signal)
  }
}

/// Why a child did not become a program.
private struct ChildFailure {
  /// How far it came.
  enum Step: UInt8 {
    case descriptors, identity, timer, execution

    /// The call that failed, as errors name it.
    var call: String {
      switch self {
      case .descriptors: "dup2"
      case .identity: "setresuid"
      case .timer: "setitimer"
      case .execution: "execve"
      }
    }
  }

  // Numbers of errors are below 256 on every architecture (errno(3)).
  private let bytes: [2 of UInt8]

  init(_ step: Step, _ error: Errno) {
    bytes = [step.rawValue, UInt8(truncatingIfNeeded: error.number)]
  }

  /// Writes it into a pipe that is empty; should that fail, the parent sees the exit status alone.
  func report(to pipe: Int32) {
    // SAFETY: the kernel reads two bytes.
    unsafe bytes.span.withUnsafeBytes { raw in
      _ = unsafe write(pipe, raw.baseAddress, raw.count)
    }
  }

  /// Reads what a child wrote before it ended; nil if it has executed its program.
  static func read(from pipe: consuming FileDescriptor) -> Errno? {
    guard let bytes = try? pipe.read(upTo: 2), bytes.count == 2 else { return nil }
    let step = Step(rawValue: bytes[0]) ?? .execution
    return Errno(number: Int32(bytes[1]), call: step.call)
  }
}
