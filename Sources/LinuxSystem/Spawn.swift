internal import Glibc
// For fork(2): Glibc hides it behind a name of its own that cannot be used, as programs with
// several threads must not do much after it. Ours have one.
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

  /// What has become of a child.
  enum Start {
    /// It is the program now.
    case running(pid_t)
    /// Its own objection kept it from executing the program; it has ended.
    case declined(UInt8)
  }

  /// What a child does to itself before it executes a program.
  struct Preparation {
    let redirections: [Redirection]
    /// Whether its caller loses all power over it (`ProcessState.leaveCaller`).
    var leavesCaller = false
    /// Whether it leaves the terminal, the working directory for `/`, and all descriptors but 0 to
    /// 2 behind.
    var isDetached = false
    /// Whom root makes of it; nil = the effective user.
    var account: (userID: UInt32, groupID: UInt32)?
    /// Asked in the child when nobody can hold it back any more.
    ///
    /// What it returns keeps the program from being executed.
    var objection: (() -> UInt8?)?
    /// When the kernel ends the program at the latest, in seconds; nil = never.
    var secondsToLive: UInt32?
  }

  /// Starts a program, for which the effective user is who calls it; see `spawnAndWait`.
  ///
  /// The child is a copy of this process, and so its caller's, until it has taken all IDs of the
  /// effective user itself: from then on the caller can neither stop nor kill it. posix_spawn(3)
  /// cannot do that.
  ///
  /// - Returns: What has become of it.
  /// - Throws: `Errno`, also if the program could not be executed.
  ///
  /// The corresponding C functions are `fork` and `execve`.
  static func spawn(
    _ path: [UInt8], arguments: [[UInt8]], environment: [[UInt8]], _ preparation: Preparation
  ) throws(Errno) -> Start {
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
    guard let failure = ChildFailure.read(from: ends.keepReadEnd()) else { return .running(child) }
    _ = try waitForEnd(of: child)
    if let objection = failure.objection { return .declined(objection) }
    throw failure.error
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
      if preparation.isDetached { try detach() }
    } catch {
      return ChildFailure(.descriptors, error)
    }
    do throws(Errno) {
      if preparation.leavesCaller {
        try ProcessState.leaveCaller()
        try Credentials.becomeAccount()
        try ProcessState.replaceForbiddenOutputs()
      } else if let account = preparation.account {
        try Credentials.become(userID: account.userID, groupID: account.groupID)
      } else {
        try Credentials.becomeAccount()
      }
    } catch {
      return ChildFailure(.identity, error)
    }
    do {
      if let seconds = preparation.secondsToLive { try ProcessState.endAfter(seconds: seconds) }
    } catch {
      return ChildFailure(.timer, error)
    }
    if let objection = preparation.objection?() { return ChildFailure(objecting: objection) }
    // SAFETY: the caller passes one C string and two null-terminated vectors of them.
    return ChildFailure(.execution, unsafe Execution.execute(file, argv, envp))
  }

  /// A program may take files from the working directory (php-cgi takes php.ini), which is whose
  /// the caller stands in.
  private static func detach() throws(Errno) {
    try check("setsid") { setsid() }
    // SAFETY: a constant C string.
    try check("chdir") { unsafe chdir("/") }
    try ProcessState.keepOtherDescriptorsToItself()
  }

  private static func redirect(_ redirection: Redirection) throws(Errno) {
    if redirection.source == redirection.target {
      // dup2 of a number onto itself would leave close-on-exec as it is.
      try check("fcntl") { fcntl(redirection.target, F_SETFD, 0) }
    } else {
      try check("dup2") { dup2(redirection.source, redirection.target) }
    }
  }

  /// Looks whether a child has ended.
  ///
  /// - Returns: How it ended; nil while it runs.
  /// - Throws: `Errno`.
  static func endIfReached(of child: pid_t) throws(Errno) -> ExitReason? {
    var status: Int32 = 0
    // SAFETY: the kernel fills one number.
    let found = try check("waitpid") { unsafe waitpid(child, &status, WNOHANG) }
    return found == 0 ? nil : reason(status)
  }

  /// Waits for a child.
  ///
  /// - Returns: How it ended.
  /// - Throws: `Errno`.
  static func waitForEnd(of child: pid_t) throws(Errno) -> ExitReason {
    var status: Int32 = 0
    // SAFETY: the kernel fills one number.
    try check("waitpid") { unsafe waitpid(child, &status, 0) }
    return reason(status)
  }

  private static func reason(_ status: Int32) -> ExitReason {
    // wait(2): the low seven bits are the signal, 0 for none; the next byte is the exit status.
    // Stopped children are not reported without WUNTRACED.
    let signal = status & 0x7f
    return signal == 0 ? .exited(status >> 8 & 0xff) : .signaled(signal)
  }
}

/// Why a child did not become a program.
private struct ChildFailure {
  /// How far it came.
  enum Step: UInt8 {
    case descriptors, identity, timer, execution, objection

    /// The call that failed, as errors name it.
    var call: String {
      switch self {
      case .descriptors: "dup2"
      case .identity: "setresuid"
      case .timer: "setitimer"
      case .execution, .objection: "execve"
      }
    }
  }

  // Numbers of errors are below 256 on every architecture (errno(3)).
  private let bytes: [2 of UInt8]

  init(_ step: Step, _ error: Errno) {
    bytes = [step.rawValue, UInt8(truncatingIfNeeded: error.number)]
  }

  /// It could, and did not want to.
  init(objecting objection: UInt8) {
    bytes = [Step.objection.rawValue, objection]
  }

  private init(_ bytes: [2 of UInt8]) {
    self.bytes = bytes
  }

  private var step: Step { Step(rawValue: bytes[0]) ?? .execution }

  /// The objection; nil = something went wrong.
  var objection: UInt8? { step == .objection ? bytes[1] : nil }

  /// What went wrong.
  var error: Errno { Errno(number: Int32(bytes[1]), call: step.call) }

  /// Writes it into a pipe that is empty; should that fail, the parent sees the exit status alone.
  func report(to pipe: Int32) {
    // SAFETY: the kernel reads two bytes.
    unsafe bytes.span.withUnsafeBytes { raw in
      _ = unsafe write(pipe, raw.baseAddress, raw.count)
    }
  }

  /// Reads what a child wrote before it ended; nil if it has executed its program.
  static func read(from pipe: consuming FileDescriptor) -> ChildFailure? {
    guard let bytes = try? pipe.read(upTo: 2), bytes.count == 2 else { return nil }
    return ChildFailure([bytes[0], bytes[1]])
  }
}
