internal import Glibc

/// Sockets that have a path.
enum UnixSocket {
  /// Connects; never waits.
  ///
  /// - Parameters:
  ///   - path: Where the socket is, without NUL.
  ///   - type: SOCK_STREAM or SOCK_DGRAM.
  /// - Returns: The connected socket, which does not wait either.
  /// - Throws: `Errno`: ENOENT without the socket, ECONNREFUSED without a server, EAGAIN if too
  ///   many wait for it already.
  ///
  /// The corresponding C functions are `socket` and `connect`.
  static func connect(
    to path: [UInt8], _ type: __socket_type
  ) throws(Errno) -> FileDescriptor {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    guard path.count < MemoryLayout.size(ofValue: address.sun_path) else {
      throw Errno(number: ENAMETOOLONG, call: "connect")
    }
    let kind = Int32(type.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    let number = try check("socket") { socket(AF_UNIX, kind, 0) }
    let descriptor = FileDescriptor(adopting: number)
    // SAFETY: the path is shorter than the array, whose last byte stays NUL.
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path) }
    // SAFETY: the kernel reads as many bytes as the structure has.
    _ = try unsafe withUnsafePointer(to: &address) { (pointer) throws(Errno) in
      try check("connect") {
        unsafe Glibc.connect(
          descriptor.rawValue, __CONST_SOCKADDR_ARG(__sockaddr_un__: pointer),
          socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    return descriptor
  }
}
