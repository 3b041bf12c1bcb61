internal import Glibc

extension Execution {
  /// What a program wrote, and how it ended.
  package struct Capture: Equatable, Sendable {
    /// How it ended.
    package let reason: ExitReason
    /// Its standard output.
    package let output: [UInt8]
    /// The beginning of its standard error.
    package let errors: [UInt8]
  }

  /// How much of a program's standard error is kept, in bytes.
  private static let errorBytes = 16_384
  /// How long to wait between two looks at a child that has closed its output, in milliseconds.
  private static let pauseMilliseconds = 5

  /// Runs a program without input and returns what it wrote.
  ///
  /// It starts in `/`, in a session of its own, with the given environment and with descriptors 0
  /// to 2 only: nothing of where and how this process was started reaches it. It is ended when the
  /// time is over.
  ///
  /// - Parameters:
  ///   - path: The program.
  ///   - arguments: Its arguments, the program's name first, each without NUL.
  ///   - environment: Its whole environment, `NAME=value` each.
  ///   - maximumBytes: The most output that is accepted.
  ///   - seconds: How long it may run.
  ///   - account: Whom root makes of it; nil = it stays who this process is.
  /// - Returns: The output, and how the program ended.
  /// - Throws: `Errno`; EFBIG if it writes more than `maximumBytes`, ETIMEDOUT if it does not end
  ///   in time.
  ///
  /// The corresponding C functions are `fork`, `execve`, `poll` and `waitpid`.
  package static func capture(
    _ path: [UInt8], arguments: [[UInt8]], environment: [[UInt8]], maximumBytes: Int,
    seconds: UInt32, as account: (userID: UInt32, groupID: UInt32)? = nil
  ) throws(Errno) -> Capture {
    let null = try FileDescriptor.open(path: "/dev/null")
    let output = try FileDescriptor.pipe()
    let errors = try FileDescriptor.pipe()
    let deadline = Clock.monotonicMilliseconds() + UInt64(seconds) * 1_000
    let start = try spawn(
      path, arguments: arguments, environment: environment,
      Preparation(
        redirections: [
          Redirection(from: null.rawValue, to: 0),
          Redirection(from: output.writeEnd.rawValue, to: 1),
          Redirection(from: errors.writeEnd.rawValue, to: 2),
        ],
        // Should this process end before the child, nobody else would end it.
        isDetached: true, account: account, secondsToLive: seconds))
    guard case .running(let child) = start else { throw Errno(number: ECHILD, call: "execve") }
    var collector = Collector(output.keepReadEnd(), errors.keepReadEnd())
    do throws(Errno) {
      try collector.collect(outputLimit: maximumBytes, errorLimit: errorBytes, until: deadline)
      while Clock.monotonicMilliseconds() < deadline {
        if let reason = try endIfReached(of: child) {
          return Capture(reason: reason, output: collector.output, errors: collector.errors)
        }
        Clock.pause(milliseconds: pauseMilliseconds)
      }
      throw Errno(number: ETIMEDOUT, call: "waitpid")
    } catch {
      // The session that the child has made; it may have left programs in it.
      kill(-child, SIGKILL)
      _ = try waitForEnd(of: child)
      throw error
    }
  }
}

/// Reads two pipes until both have ended.
private struct Collector: ~Copyable {
  private let outputEnd: FileDescriptor
  private let errorEnd: FileDescriptor
  private(set) var output: [UInt8] = []
  private(set) var errors: [UInt8] = []

  init(_ outputEnd: consuming FileDescriptor, _ errorEnd: consuming FileDescriptor) {
    self.outputEnd = outputEnd
    self.errorEnd = errorEnd
  }

  /// Reads until both have ended; of the errors no more than their limit is kept.
  mutating func collect(
    outputLimit: Int, errorLimit: Int, until deadline: UInt64
  ) throws(Errno) {
    var (hasOutput, hasErrors) = (true, true)
    while hasOutput || hasErrors {
      // poll(2) passes over negative numbers.
      var requests: [2 of pollfd] = [
        pollfd(fd: hasOutput ? outputEnd.rawValue : -1, events: Int16(POLLIN), revents: 0),
        pollfd(fd: hasErrors ? errorEnd.rawValue : -1, events: Int16(POLLIN), revents: 0),
      ]
      try Self.wait(for: &requests, until: deadline)
      if requests[0].revents != 0 {
        let bytes = try outputEnd.read(upTo: 65_536)
        hasOutput = !bytes.isEmpty
        output += bytes
        guard output.count <= outputLimit else { throw Errno(number: EFBIG, call: "read") }
      }
      if requests[1].revents != 0 {
        let bytes = try errorEnd.read(upTo: 65_536)
        hasErrors = !bytes.isEmpty
        errors += bytes.prefix(max(0, errorLimit - errors.count))
      }
    }
  }

  private static func wait(for requests: inout [2 of pollfd], until deadline: UInt64) throws(Errno)
  {
    let now = Clock.monotonicMilliseconds()
    guard now < deadline else { throw Errno(number: ETIMEDOUT, call: "poll") }
    let rest = Int32(clamping: deadline - now)
    var span = requests.mutableSpan
    // SAFETY: the kernel reads and writes the two structures it is told of.
    let ready = try unsafe span.withUnsafeMutableBufferPointer { (raw) throws(Errno) -> Int32 in
      try check("poll") { unsafe poll(raw.baseAddress, 2, rest) }
    }
    guard ready > 0 else { throw Errno(number: ETIMEDOUT, call: "poll") }
  }
}
