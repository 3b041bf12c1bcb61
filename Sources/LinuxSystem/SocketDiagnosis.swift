internal import Glibc

/// What the kernel says of the socket at the other end of a connection (sock_diag(7)).
///
/// Nobody can hide or change it: the caller owns its socket, but not the kernel's table of them.
package struct PeerSocket: Equatable, Sendable {
  /// Who made it.
  package let userID: UInt32
  /// Its inode; 0 = no process has it open any more.
  package let inode: UInt32
  /// Its number, which no other socket of this boot has or gets.
  package let cookie: UInt64
  /// Whether it is connected, and whoever has it open can still read the answers.
  package let isConnected: Bool
  /// The bytes that it has received.
  package let receivedBytes: UInt64

  /// Whether this is the same socket as another one, still of the same user.
  package func isSame(as other: PeerSocket) -> Bool {
    userID == other.userID && inode == other.inode && cookie == other.cookie
  }

  /// Whether this can be the other end of a connection, by what each end has sent and received.
  ///
  /// - Parameters:
  ///   - before: This side's state before the socket was looked up.
  ///   - after: This side's state after that.
  /// - Returns: Whether both are open, and neither has received what the other has not sent. What
  ///   is under way may be missing; SYN and FIN may count as bytes.
  package func isOtherEnd(of before: TCPState, _ after: TCPState) -> Bool {
    let slack: UInt64 = 2
    return isConnected && after.isOpen && receivedBytes + slack >= before.acknowledgedBytes
      && receivedBytes <= after.sentBytes + slack
  }

  /// Looks the client's own socket up in the kernel's table of connections.
  ///
  /// The look-up is exact: all four numbers of the connection. But the kernel also answers with a
  /// listening socket where there is no connection, and with one of TIME-WAIT, of which it says
  /// that root has made it; so the four numbers are compared, and the state is looked at.
  ///
  /// - Parameter conversation: The connection as its client sees it.
  /// - Returns: The socket; nil = there is none on this machine, or in this network namespace.
  /// - Throws: `Errno`.
  ///
  /// The corresponding C functions are `socket` with `NETLINK_SOCK_DIAG`, `send` and `recv`.
  package static func find(_ conversation: TCPConversation) throws(Errno) -> PeerSocket? {
    let kind = Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue)
    let socket = FileDescriptor(
      adopting: try check("socket") { Glibc.socket(AF_NETLINK, kind, Diagnosis.protocolNumber) })
    let number = socket.rawValue
    let request = Diagnosis.request(for: conversation)
    // SAFETY: the kernel reads the bytes of the array.
    try unsafe request.withUnsafeBufferPointer { (raw) throws(Errno) in
      _ = try check("send") { unsafe Glibc.send(number, raw.baseAddress, raw.count, 0) }
    }
    var answer = [UInt8](repeating: 0, count: Diagnosis.answerBytes)
    // The kernel has answered before send(2) returns; nothing is waited for.
    // SAFETY: the kernel writes at most as many bytes as the array has.
    let count = try unsafe answer.withUnsafeMutableBufferPointer { (raw) throws(Errno) -> Int in
      try check("recv") {
        unsafe Glibc.recv(
          number, raw.baseAddress, raw.count, Int32(bitPattern: Diagnosis.doNotWait))
      }
    }
    return try Diagnosis.socket(in: Array(answer.prefix(count)), for: conversation)
  }
}

/// The request and the answer, as <linux/netlink.h>, <linux/sock_diag.h> and <linux/inet_diag.h>
/// have them.
enum Diagnosis {
  /// NETLINK_SOCK_DIAG.
  static let protocolNumber: Int32 = 4
  /// MSG_DONTWAIT.
  static let doNotWait: UInt32 = 0x40
  /// An answer has about 400 bytes.
  static let answerBytes = 8_192

  private static let headerBytes = 16
  /// `struct inet_diag_msg`.
  private static let messageBytes = 72
  /// SOCK_DIAG_BY_FAMILY.
  private static let byFamily: UInt16 = 20
  /// NLMSG_ERROR.
  private static let error: UInt16 = 2
  /// INET_DIAG_INFO: an attribute with a `struct tcp_info`.
  private static let info: UInt16 = 2

  /// Forms the request for one connection, seen from its client.
  ///
  ///     struct nlmsghdr { u32 len; u16 type, flags; u32 seq, pid; }
  ///     struct inet_diag_req_v2 { u8 family, protocol, ext, pad; u32 states;
  ///       struct inet_diag_sockid { be16 sport, dport; be32 src[4], dst[4]; u32 if, cookie[2]; } }
  static func request(for conversation: TCPConversation) -> [UInt8] {
    let isIPv4 = conversation.client.address.count == 4
    var body = [
      UInt8(truncatingIfNeeded: isIPv4 ? AF_INET : AF_INET6),
      UInt8(truncatingIfNeeded: IPPROTO_TCP), 1 << (UInt8(truncatingIfNeeded: info) - 1), 0,
    ]
    HostOrder.append(UInt32.max, to: &body)  // All states: it is looked at in the answer.
    for port in [conversation.client.port, conversation.destination.port] {
      body += [UInt8(port >> 8), UInt8(port & 0xff)]
    }
    body += padded(conversation.client.address) + padded(conversation.destination.address)
    // Any interface, and no cookie (INET_DIAG_NOCOOKIE).
    for word in [0, UInt32.max, UInt32.max] { HostOrder.append(word, to: &body) }
    var bytes: [UInt8] = []
    HostOrder.append(UInt32(headerBytes + body.count), to: &bytes)
    HostOrder.append(byFamily, to: &bytes)
    HostOrder.append(UInt16(1), to: &bytes)  // NLM_F_REQUEST
    for word in [1, 0] as [UInt32] { HostOrder.append(word, to: &bytes) }
    return bytes + body
  }

  private static func padded(_ address: [UInt8]) -> [UInt8] {
    address + [UInt8](repeating: 0, count: 16 - address.count)
  }

  /// Reads the answer.
  ///
  ///     struct inet_diag_msg { u8 family, state, timer, retrans; struct inet_diag_sockid id;
  ///       u32 expires, rqueue, wqueue, uid, inode; }
  ///
  /// - Throws: `Errno`, of the kernel's own answer, or EPROTO if it cannot be read.
  static func socket(
    in bytes: [UInt8], for conversation: TCPConversation
  ) throws(Errno) -> PeerSocket? {
    let unreadable = Errno(number: EPROTO, call: "recv")
    guard bytes.count >= headerBytes + 4 else { throw unreadable }
    if HostOrder.uint16(bytes, at: 4) == error {
      let number = 0 &- Int32(bitPattern: HostOrder.uint32(bytes, at: headerBytes))
      guard number == ENOENT else { throw Errno(number: number, call: "sock_diag") }
      return nil
    }
    let end = headerBytes + messageBytes
    guard HostOrder.uint16(bytes, at: 4) == byFamily, bytes.count >= end,
      HostOrder.uint32(bytes, at: 0) <= bytes.count
    else { throw unreadable }
    let message = Array(bytes[headerBytes..<end])
    guard conversation == self.conversation(message) else { return nil }
    guard let received = receivedBytes(Array(bytes[end...])) else { return nil }
    let inode = HostOrder.uint32(message, at: 68)
    return PeerSocket(
      userID: HostOrder.uint32(message, at: 64), inode: inode,
      cookie: HostOrder.uint64(message, at: 44),
      isConnected: TCPState.clientStates.contains(message[1]) && inode != 0,
      receivedBytes: received)
  }

  private static func conversation(_ message: [UInt8]) -> TCPConversation {
    let isIPv4 = Int32(message[0]) == AF_INET
    func end(_ port: Int, _ address: Int) -> TCPEndpoint {
      TCPEndpoint(
        address: Array(message[address..<address + (isIPv4 ? 4 : 16)]),
        port: UInt16(message[port]) << 8 | UInt16(message[port + 1]))
    }
    return TCPConversation(client: end(4, 8), destination: end(6, 24))
  }

  /// Finds the `struct tcp_info` among the attributes; a socket that is no connection has none.
  ///
  ///     struct nlattr { u16 len, type; }        ; then the value, filled up to four bytes
  private static func receivedBytes(_ attributes: [UInt8]) -> UInt64? {
    var start = 0
    while start + 4 <= attributes.count {
      let length = Int(HostOrder.uint16(attributes, at: start))
      guard length >= 4, start + length <= attributes.count else { return nil }
      if HostOrder.uint16(attributes, at: start + 2) == info {
        return TCPState(Array(attributes[start + 4..<start + length]))?.receivedBytes
      }
      start += (length + 3) & ~3
    }
    return nil
  }
}

/// What the kernel knows of a TCP connection: of `struct tcp_info` what is asked for.
package struct TCPState: Equatable, Sendable {
  /// Whether the connection is open to write to.
  package let isOpen: Bool
  /// What the other end has said to have received.
  package let acknowledgedBytes: UInt64
  /// What was received.
  package let receivedBytes: UInt64
  /// What was sent, what was sent again included.
  package let sentBytes: UInt64

  // <net/tcp_states.h>
  private static let (established, finWait1, finWait2, closeWait) = (
    UInt8(1), UInt8(4), UInt8(5), UInt8(8)
  )

  /// A client that has said all and waits for the answers has closed one direction.
  static let clientStates = [established, finWait1, finWait2]

  /// `struct tcp_info` up to `tcpi_bytes_sent` (Linux 4.19).
  private static let bytes = 208

  init?(_ info: [UInt8]) {
    guard info.count >= Self.bytes else { return nil }
    isOpen = info[0] == Self.established || info[0] == Self.closeWait
    acknowledgedBytes = HostOrder.uint64(info, at: 120)
    receivedBytes = HostOrder.uint64(info, at: 128)
    sentBytes = HostOrder.uint64(info, at: 200)
  }

  /// Asks about a connection.
  ///
  /// - Parameter socket: The socket.
  /// - Throws: `Errno`; EPROTO before Linux 4.19.
  ///
  /// The corresponding C function is `getsockopt` with `TCP_INFO`.
  package init(of socket: borrowing FileDescriptor) throws(Errno) {
    var info = [UInt8](repeating: 0, count: Self.bytes)
    var size = socklen_t(Self.bytes)
    let tcpInfo: Int32 = 11
    let number = socket.rawValue
    // SAFETY: the kernel writes at most `size` bytes into the array.
    try unsafe info.withUnsafeMutableBufferPointer { (raw) throws(Errno) in
      _ = try check("getsockopt") {
        unsafe getsockopt(number, Int32(IPPROTO_TCP), tcpInfo, raw.baseAddress, &size)
      }
    }
    guard size >= Self.bytes, let state = TCPState(info) else {
      throw Errno(number: EPROTO, call: "getsockopt")
    }
    self = state
  }
}
