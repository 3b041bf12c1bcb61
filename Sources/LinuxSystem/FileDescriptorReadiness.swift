internal import Glibc

extension FileDescriptor {
  /// Standard output, borrowed from the process: ending it closes nothing.
  package static var standardOutput: FileDescriptor { FileDescriptor(adopting: 1) }

  /// Waits for something to read, or for the end of the file.
  ///
  /// - Parameter seconds: How long, at most 2 147 483.
  /// - Throws: `Errno`; `isTimeout` if nothing came in time.
  ///
  /// The corresponding C function is `poll`.
  package func waitForInput(seconds: Int32) throws(Errno) {
    try wait(for: Int16(POLLIN), seconds: seconds)
  }

  /// Waits for room to write; a pipe has at least 4096 bytes of it then.
  ///
  /// - Parameter seconds: How long, at most 2 147 483.
  /// - Throws: `Errno`; `isTimeout` if nobody made room in time.
  ///
  /// The corresponding C function is `poll`.
  package func waitForRoom(seconds: Int32) throws(Errno) {
    try wait(for: Int16(POLLOUT), seconds: seconds)
  }

  /// An error or a closed other end counts as readiness: the transfer that follows reports it.
  private func wait(for events: Int16, seconds: Int32) throws(Errno) {
    var request = pollfd(fd: rawValue, events: events, revents: 0)
    // SAFETY: the kernel reads and writes the one structure it is told of.
    let count = try check("poll") { unsafe poll(&request, 1, seconds * 1_000) }
    guard count > 0 else { throw Errno(number: ETIMEDOUT, call: "poll") }
  }
}

extension Errno {
  /// Whether something did not happen in time (ETIMEDOUT).
  package var isTimeout: Bool { number == ETIMEDOUT }

  /// The error of reading a message from a client that has gone away, or was silent for too long (ECONNRESET).
  ///
  /// It is told apart from a failing read(2) by its call, the command of SMTP.
  package static var connectionLost: Errno { Errno(number: ECONNRESET, call: "DATA") }
}
