internal import Glibc

extension SystemLog {
  /// Tells whether somebody takes log lines at a socket, without sending one.
  ///
  /// - Parameter path: The socket of the log daemon.
  /// - Throws: `Errno`: ENOENT without the socket, ECONNREFUSED without a daemon.
  ///
  /// The corresponding C functions are `socket` and `connect`.
  package static func probe(path: String = "/dev/log") throws(Errno) {
    do { try connect(to: path, SOCK_DGRAM) } catch {
      // syslog-ng and others may listen on a stream.
      guard error.number == EPROTOTYPE else { throw error }
      try connect(to: path, SOCK_STREAM)
    }
  }

  private static func connect(to path: String, _ type: __socket_type) throws(Errno) {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let name = Array(path.utf8)
    guard name.count < MemoryLayout.size(ofValue: address.sun_path) else {
      throw Errno(number: ENAMETOOLONG, call: "connect")
    }
    let kind = Int32(type.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    let number = try check("socket") { socket(AF_UNIX, kind, 0) }
    let descriptor = FileDescriptor(adopting: number)
    // SAFETY: the name is shorter than the array, whose last byte stays NUL.
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: name) }
    // SAFETY: the kernel reads as many bytes as the structure has.
    _ = try unsafe withUnsafePointer(to: &address) { (pointer) throws(Errno) in
      try check("connect") {
        unsafe Glibc.connect(
          descriptor.rawValue, __CONST_SOCKADDR_ARG(__sockaddr_un__: pointer),
          socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }
}
