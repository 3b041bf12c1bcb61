internal import Glibc

/// A connection to a server of the administrator's, over which one exchange goes before a moment
/// that is fixed at its beginning.
///
/// It does not survive `execve`.
package struct ServerConnection: ~Copyable {
  /// Where a server listens.
  package enum Address: Sendable {
    /// At a socket with this path.
    case unix(path: [UInt8])
    /// At this IPv4 or IPv6 address in numbers.
    case inet(address: [UInt8], port: UInt16)
  }

  private let descriptor: FileDescriptor
  /// By `Clock.monotonicMilliseconds`.
  private let deadline: UInt64

  /// Connects.
  ///
  /// A firewall that asks who owns the socket is told the user in whose name files are opened.
  ///
  /// - Parameters:
  ///   - address: Where the server listens.
  ///   - milliseconds: How long everything may take: this, and all that follows.
  /// - Returns: The open connection.
  /// - Throws: `Errno`: ETIMEDOUT if it takes longer; EINVAL if that is no address.
  ///
  /// The corresponding C functions are `socket`, `connect` and `poll`.
  package static func open(
    to address: Address, within milliseconds: UInt32
  ) throws(Errno) -> ServerConnection {
    let deadline = Clock.monotonicMilliseconds() + UInt64(milliseconds)
    switch address {
    case .unix(let path):
      return ServerConnection(
        descriptor: try UnixSocket.connect(to: path, SOCK_STREAM), deadline: deadline)
    case .inet(let host, let port):
      let target = try SocketAddress(String(decoding: host, as: UTF8.self), port: port)
      let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
      let number = try check("socket") { socket(target.family, kind, 0) }
      let connection = ServerConnection(
        descriptor: FileDescriptor(adopting: number), deadline: deadline)
      do throws(Errno) { try target.connect(connection.descriptor) } catch {
        guard error.number == EINPROGRESS else { throw error }
        // What became of it, the first transfer tells.
        try connection.wait(for: Int16(POLLOUT), "connect")
      }
      return connection
    }
  }

  private init(descriptor: consuming FileDescriptor, deadline: UInt64) {
    self.descriptor = descriptor
    self.deadline = deadline
  }

  /// Sends a text in one piece.
  ///
  /// - Parameter bytes: At most a few thousand bytes, which fit into the kernel's buffer.
  /// - Throws: `Errno`; EAGAIN if they do not.
  ///
  /// The corresponding C function is `send`.
  package func send(_ bytes: [UInt8]) throws(Errno) {
    // SAFETY: the kernel reads the bytes of the array.
    let sent = try unsafe bytes.withUnsafeBufferPointer { (raw) throws(Errno) -> Int in
      try check("send") {
        unsafe Glibc.send(descriptor.rawValue, raw.baseAddress, raw.count, Int32(MSG_NOSIGNAL))
      }
    }
    guard sent == bytes.count else { throw Errno(number: EAGAIN, call: "send") }
  }

  /// Receives what is there, waiting for the first byte.
  ///
  /// - Parameters:
  ///   - buffer: Where the bytes go; its count does not change.
  ///   - start: The first position to be filled.
  /// - Returns: How many bytes; 0 at the end.
  /// - Throws: `Errno`; ETIMEDOUT if nothing comes before the deadline.
  ///
  /// The corresponding C functions are `poll` and `read`.
  package func receive(into buffer: inout [UInt8], at start: Int) throws(Errno) -> Int {
    precondition(start >= 0 && start <= buffer.count)
    while true {
      try wait(for: Int16(POLLIN), "read")
      do throws(Errno) {
        // SAFETY: the kernel writes at most the room after `start`.
        return try unsafe buffer.withUnsafeMutableBufferPointer { (raw) throws(Errno) -> Int in
          let room = unsafe UnsafeMutableBufferPointer(rebasing: raw[start...])
          return try check("read") {
            unsafe Glibc.read(descriptor.rawValue, room.baseAddress, room.count)
          }
        }
      } catch {
        guard error.number == EAGAIN else { throw error }
      }
    }
  }

  private func wait(for events: Int16, _ call: StaticString) throws(Errno) {
    var request = pollfd(fd: descriptor.rawValue, events: events, revents: 0)
    while true {
      let now = Clock.monotonicMilliseconds()
      // Asked once more when the time is over: this process may have been stopped meanwhile.
      let milliseconds = now < deadline ? Int32(clamping: deadline - now) : 0
      // SAFETY: the kernel reads and writes the one structure it is told of.
      if try check("poll", { unsafe poll(&request, 1, milliseconds) }) > 0 { return }
      guard milliseconds > 0 else { throw Errno(number: ETIMEDOUT, call: call.description) }
    }
  }
}
