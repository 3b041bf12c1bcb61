internal import Glibc

/// Where a TCP server listens.
struct SocketAddress {
  private var four = sockaddr_in()
  private var six = sockaddr_in6()
  /// AF_INET or AF_INET6.
  let family: Int32

  /// Reads an address in numbers.
  ///
  /// - Throws: `Errno` with EINVAL if it is not one.
  ///
  /// The corresponding C function is `inet_pton`.
  init(_ address: String, port: UInt16) throws(Errno) {
    let bytes = Array(address.utf8)
    family = bytes.contains(UInt8(ascii: ":")) ? AF_INET6 : AF_INET
    four.sin_family = sa_family_t(AF_INET)
    four.sin_port = port.bigEndian
    six.sin6_family = sa_family_t(AF_INET6)
    six.sin6_port = port.bigEndian
    let family = family
    var (host4, host6) = (in_addr(), in6_addr())
    let result = try unsafe withCString(bytes, for: "inet_pton") { (pointer) throws(Errno) in
      // SAFETY: a C string; the function fills the structure of the family it is told.
      family == AF_INET
        ? unsafe inet_pton(family, pointer, &host4) : unsafe inet_pton(family, pointer, &host6)
    }
    guard result == 1 else { throw Errno(number: EINVAL, call: "inet_pton") }
    four.sin_addr = host4
    six.sin6_addr = host6
  }

  /// Connects a socket of the family.
  ///
  /// - Throws: `Errno`; EINPROGRESS if the socket does not wait and the server has not answered
  ///   yet.
  func connect(_ descriptor: borrowing FileDescriptor) throws(Errno) {
    let number = descriptor.rawValue
    // SAFETY: the kernel reads as many bytes as the structure of the family has.
    try check("connect") {
      family == AF_INET
        ? unsafe withUnsafePointer(to: four) { pointer in
          unsafe Glibc.connect(
            number, __CONST_SOCKADDR_ARG(__sockaddr_in__: pointer),
            socklen_t(MemoryLayout<sockaddr_in>.size))
        }
        : unsafe withUnsafePointer(to: six) { pointer in
          unsafe Glibc.connect(
            number, __CONST_SOCKADDR_ARG(__sockaddr_in6__: pointer),
            socklen_t(MemoryLayout<sockaddr_in6>.size))
        }
    }
  }
}
