internal import Glibc

/// A stream connection to a server, every step of which ends after a bounded time.
///
/// For the administrator's tool, which tries what a site could do. The gate's own connections are
/// `ServerConnection` and the system log's.
package struct Connection: ~Copyable {
  private let descriptor: FileDescriptor
  private let deadline: Int32

  /// Connects to a TCP port as another user.
  ///
  /// A firewall's owner match asks for the file system user at the moment when the socket was made.
  /// Only the effective IDs change, for that moment: the other user can neither signal nor trace
  /// this process meanwhile.
  ///
  /// - Parameters:
  ///   - address: An IPv4 or IPv6 address in numbers.
  ///   - port: The port.
  ///   - userID: The user who is to own the socket.
  ///   - groupID: That user's group.
  ///   - milliseconds: How long the connecting may take, and every read and write later.
  /// - Returns: The open connection.
  /// - Throws: `Errno`: ECONNREFUSED where nothing listens or a firewall resets, ETIMEDOUT where
  ///   nothing answers, EINVAL if it is not an address.
  ///
  /// The corresponding C functions are `setresuid`, `socket` and `connect`.
  package static func open(
    to address: String, port: UInt16, userID: UInt32, groupID: UInt32, milliseconds: Int32
  ) throws(Errno) -> Connection {
    let target = try SocketAddress(address, port: port)
    let descriptor = try socket(family: target.family, userID: userID, groupID: groupID)
    do { try target.connect(descriptor) } catch {
      guard error.number == EINPROGRESS else { throw error }
      try wait(for: descriptor, Int16(POLLOUT), milliseconds)
      try throwPendingError(of: descriptor)
    }
    return Connection(descriptor: descriptor, deadline: milliseconds)
  }

  /// The port of this end.
  ///
  /// The corresponding C function is `getsockname`.
  package func ownPort() throws(Errno) -> UInt16 {
    try TCPConversation.ownEnd(of: descriptor).port
  }

  private init(descriptor: consuming FileDescriptor, deadline: Int32) {
    self.descriptor = descriptor
    self.deadline = deadline
  }

  /// Reads what is there, waiting for the first byte.
  ///
  /// - Parameters:
  ///   - count: The most bytes.
  ///   - milliseconds: How long is waited; nil = as long as for the connecting.
  /// - Returns: The bytes; none at the end.
  /// - Throws: `Errno`; ETIMEDOUT if nothing comes in time.
  ///
  /// The corresponding C function is `read`.
  package func read(upTo count: Int, milliseconds: Int32? = nil) throws(Errno) -> [UInt8] {
    try Self.wait(for: descriptor, Int16(POLLIN), milliseconds ?? deadline)
    return try descriptor.read(upTo: count)
  }

  /// Sends a short text.
  ///
  /// - Parameter bytes: The text; a few hundred bytes, which always fit into the kernel's buffer.
  /// - Throws: `Errno`.
  ///
  /// The corresponding C function is `send`.
  package func write(_ bytes: [UInt8]) throws(Errno) {
    // SAFETY: the kernel reads the bytes of the array.
    let sent = try unsafe bytes.withUnsafeBufferPointer { (raw) throws(Errno) -> Int in
      try check("send") {
        unsafe Glibc.send(descriptor.rawValue, raw.baseAddress, raw.count, Int32(MSG_NOSIGNAL))
      }
    }
    guard sent == bytes.count else { throw Errno(number: EAGAIN, call: "send") }
  }

  private static func socket(
    family: Int32, userID: UInt32, groupID: UInt32
  ) throws(Errno) -> FileDescriptor {
    let unchanged = UInt32.max
    let before = Credentials.current()
    try check("setresgid") { setresgid(unchanged, groupID, unchanged) }
    defer { setresgid(unchanged, before.effectiveGroupID, unchanged) }
    try check("setresuid") { setresuid(unchanged, userID, unchanged) }
    defer { setresuid(unchanged, before.effectiveUserID, unchanged) }
    let kind = Int32(
      SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    return FileDescriptor(adopting: try check("socket") { Glibc.socket(family, kind, 0) })
  }

  private static func wait(
    for descriptor: borrowing FileDescriptor, _ events: Int16, _ milliseconds: Int32
  ) throws(Errno) {
    var request = pollfd(fd: descriptor.rawValue, events: events, revents: 0)
    // SAFETY: the kernel reads and writes the one structure it is told of.
    let ready = try check("poll") { unsafe poll(&request, 1, milliseconds) }
    guard ready > 0 else { throw Errno(number: ETIMEDOUT, call: "connect") }
  }

  private static func throwPendingError(of descriptor: borrowing FileDescriptor) throws(Errno) {
    var number: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    // SAFETY: the kernel writes at most `size` bytes into the number.
    try check("getsockopt") {
      unsafe getsockopt(descriptor.rawValue, SOL_SOCKET, SO_ERROR, &number, &size)
    }
    if number != 0 { throw Errno(number: number, call: "connect") }
  }
}
