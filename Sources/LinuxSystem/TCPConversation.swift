internal import Glibc

/// One end of a TCP connection.
package struct TCPEndpoint: Equatable, Sendable {
  /// The address in network order: 4 bytes, or 16; one that maps IPv4 into IPv6 has 4.
  package let address: [UInt8]
  /// The port.
  package let port: UInt16

  /// `::ffff:0:0/96`.
  private static let mappedPrefix: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]

  /// Names an end.
  package init(address: [UInt8], port: UInt16) {
    let isMapped = address.count == 16 && address.starts(with: Self.mappedPrefix)
    self.address = isMapped ? Array(address[12...]) : address
    self.port = port
  }

  /// Reads a `sockaddr_in` or a `sockaddr_in6`; nil = it is neither.
  init?(socketAddress bytes: [UInt8]) {
    guard bytes.count >= 16 else { return nil }
    let port = UInt16(bytes[2]) << 8 | UInt16(bytes[3])
    switch Int32(HostOrder.uint16(bytes, at: 0)) {
    case AF_INET: self.init(address: Array(bytes[4..<8]), port: port)
    case AF_INET6 where bytes.count >= 24: self.init(address: Array(bytes[8..<24]), port: port)
    default: return nil
    }
  }

  /// As it is written: `192.0.2.1:4000`, `[2001:db8:0:0:0:0:0:1]:4000`.
  package var text: String {
    if address.count == 4 {
      return "\(address[0]).\(address[1]).\(address[2]).\(address[3]):\(port)"
    }
    var text = "["
    for group in stride(from: 0, to: address.count, by: 2) {
      if group > 0 { text += ":" }
      text += String(UInt16(address[group]) << 8 | UInt16(address[group + 1]), radix: 16)
    }
    return "\(text)]:\(port)"
  }
}

/// A TCP connection that was accepted, as its client sees it.
package struct TCPConversation: Equatable, Sendable {
  /// The client's own end.
  package let client: TCPEndpoint
  /// Where the client has connected to: not this socket's own address where a packet filter has
  /// redirected it.
  package let destination: TCPEndpoint

  /// Names a connection.
  package init(client: TCPEndpoint, destination: TCPEndpoint) {
    self.client = client
    self.destination = destination
  }

  /// Asks for both ends of a connection.
  ///
  /// - Parameter socket: A socket that was accepted.
  /// - Throws: `Errno`: ENOTSOCK or ENOTCONN if it is none, EAFNOSUPPORT if it is not TCP's.
  ///
  /// The corresponding C functions are `getpeername`, `getsockname`, and `getsockopt` with
  /// `SO_ORIGINAL_DST`.
  package init(of socket: borrowing FileDescriptor) throws(Errno) {
    let number = socket.rawValue
    client = try unsafe Self.endpoint("getpeername") { address, size in
      // SAFETY: the kernel writes at most `size` bytes into the structure, and sets `size`.
      unsafe getpeername(number, __SOCKADDR_ARG(__sockaddr_in6__: address), size)
    }
    let own = try Self.ownEnd(of: socket)
    destination = Self.originalDestination(number, isIPv4: own.address.count == 4) ?? own
  }

  /// Asks for this end of a connection alone.
  ///
  /// - Parameter socket: A socket that has connected, or was accepted.
  /// - Returns: Its address and port.
  /// - Throws: `Errno`, as above.
  ///
  /// The corresponding C function is `getsockname`.
  static func ownEnd(of socket: borrowing FileDescriptor) throws(Errno) -> TCPEndpoint {
    let number = socket.rawValue
    return try unsafe endpoint("getsockname") { address, size in
      // SAFETY: the kernel writes at most `size` bytes into the structure, and sets `size`.
      unsafe getsockname(number, __SOCKADDR_ARG(__sockaddr_in6__: address), size)
    }
  }

  /// `SO_ORIGINAL_DST` of <linux/netfilter_ipv4.h>, and the same number for IPv6.
  private static let originalDestinationOption: Int32 = 80

  /// Where a redirected client wanted to go; nil = the kernel follows no connections.
  ///
  /// Without an answer the address of this socket is looked up, which a redirected client has never
  /// connected to: it has no owner then.
  private static func originalDestination(_ number: Int32, isIPv4: Bool) -> TCPEndpoint? {
    let level = Int32(isIPv4 ? IPPROTO_IP : IPPROTO_IPV6)
    return try? unsafe endpoint("getsockopt") { address, size in
      // SAFETY: the kernel writes at most `size` bytes into the structure, and sets `size`.
      unsafe getsockopt(number, level, originalDestinationOption, address, size)
    }
  }

  private static func endpoint(
    _ call: StaticString,
    _ ask: (UnsafeMutablePointer<sockaddr_in6>, UnsafeMutablePointer<socklen_t>) -> Int32
  ) throws(Errno) -> TCPEndpoint {
    var address = sockaddr_in6()
    var size = socklen_t(MemoryLayout<sockaddr_in6>.size)
    // SAFETY: `ask` uses both pointers during the call only.
    let result = unsafe withUnsafeMutablePointer(to: &address) { place in
      unsafe withUnsafeMutablePointer(to: &size) { count in unsafe ask(place, count) }
    }
    try check(call) { result }
    // SAFETY: plain numbers without padding, copied.
    let bytes = unsafe withUnsafeBytes(of: &address) { raw in unsafe [UInt8](raw) }
    guard let endpoint = TCPEndpoint(socketAddress: bytes) else {
      throw Errno(number: EAFNOSUPPORT, call: call.description)
    }
    return endpoint
  }
}

/// Numbers in the byte order of this machine, inside what the kernel writes.
enum HostOrder {
  static func uint16(_ bytes: [UInt8], at offset: Int) -> UInt16 {
    (UInt16(bytes[offset]) | UInt16(bytes[offset + 1]) << 8).littleEndian
  }

  static func uint32(_ bytes: [UInt8], at offset: Int) -> UInt32 {
    var value: UInt32 = 0
    for index in (0..<4).reversed() { value = value << 8 | UInt32(bytes[offset + index]) }
    return value.littleEndian
  }

  static func uint64(_ bytes: [UInt8], at offset: Int) -> UInt64 {
    var value: UInt64 = 0
    for index in (0..<8).reversed() { value = value << 8 | UInt64(bytes[offset + index]) }
    return value.littleEndian
  }

  static func append(_ value: UInt16, to bytes: inout [UInt8]) {
    let value = value.littleEndian
    bytes += [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)]
  }

  static func append(_ value: UInt32, to bytes: inout [UInt8]) {
    let value = value.littleEndian
    for index: UInt32 in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * index))) }
  }
}
