import Glibc
import Testing

@testable import LinuxSystem

/// A client's socket and the one that was accepted for it.
private struct Pair: ~Copyable {
  let client: FileDescriptor
  let accepted: FileDescriptor

  /// Connects a client of the family of `address` to a listener at `server`; `::` is both families.
  init(server: String, address: String) throws {
    let (listener, port) = try Self.listen(server)
    let target = try SocketAddress(address, port: port)
    let connecting = Self.socket(target.family)
    try target.connect(connecting)
    client = connecting
    accepted = FileDescriptor(adopting: accept(listener, nil, nil))
    close(listener)
  }

  private static func socket(_ family: Int32) -> FileDescriptor {
    FileDescriptor(adopting: Glibc.socket(family, Int32(SOCK_STREAM.rawValue), 0))
  }

  /// Binds to a free port; returns the socket and the port.
  private static func listen(_ server: String) throws -> (Int32, UInt16) {
    let family = server.contains(":") ? AF_INET6 : AF_INET
    let listener = Glibc.socket(family, Int32(SOCK_STREAM.rawValue), 0)
    var (four, six) = (sockaddr_in(), sockaddr_in6())
    (four.sin_family, six.sin6_family) = (sa_family_t(AF_INET), sa_family_t(AF_INET6))
    _ = unsafe inet_pton(AF_INET, server, &four.sin_addr)
    _ = unsafe inet_pton(AF_INET6, server, &six.sin6_addr)
    let port =
      family == AF_INET ? try bind(listener, to: &four) : try bind(listener, to: &six)
    try check("listen") { Glibc.listen(listener, 4) }
    return (listener, port)
  }

  /// Both structures have the port in the same place.
  private static func bind<Address>(
    _ listener: Int32, to address: inout Address
  ) throws -> UInt16 {
    var size = socklen_t(MemoryLayout<Address>.size)
    try unsafe withUnsafeMutablePointer(to: &address) { pointer in
      try unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { place in
        try check("bind") { unsafe Glibc.bind(listener, place, size) }
        try check("getsockname") { unsafe getsockname(listener, place, &size) }
      }
    }
    let bytes = unsafe withUnsafeBytes(of: &address) { unsafe [UInt8]($0) }
    return UInt16(bytes[2]) << 8 | UInt16(bytes[3])
  }
}

/// Connections on loopback, and what the kernel says of their clients.
@Suite("The other end of a connection")
struct PeerSocketTests {
  @Test(
    "The kernel names who has made the client's socket: IPv4, IPv6, and IPv4 through IPv6 sockets",
    arguments: [
      ("127.0.0.1", "127.0.0.1"), ("::1", "::1"), ("::", "127.0.0.1"),
      ("127.0.0.1", "::ffff:127.0.0.1"), ("::", "::ffff:127.0.0.1"),
    ])
  func owner(server: String, address: String) throws {
    let pair = try Pair(server: server, address: address)
    let found = try #require(try PeerSocket.find(TCPConversation(of: pair.accepted)))
    #expect(found.userID == geteuid())
    #expect(found.isConnected)
    #expect(UInt64(found.inode) == (try pair.client.status()).inode)
    #expect(found.receivedBytes == 0)
  }

  @Test func `each connection has a socket of its own, which stays the same`() throws {
    let one = try Pair(server: "127.0.0.1", address: "127.0.0.1")
    let other = try Pair(server: "127.0.0.1", address: "127.0.0.1")
    let first = try #require(try PeerSocket.find(TCPConversation(of: one.accepted)))
    let second = try #require(try PeerSocket.find(TCPConversation(of: other.accepted)))
    #expect(!first.isSame(as: second))
    try one.accepted.writeAll(Array("220 x\r\n".utf8))
    let again = try #require(try PeerSocket.find(TCPConversation(of: one.accepted)))
    #expect(first.isSame(as: again))
    #expect(again.receivedBytes == 7)
    let state = try TCPState(of: one.accepted)
    #expect(state.isOpen && state.sentBytes == 7)
  }

  @Test func `a client that has said all still counts, and one that is gone does not`() throws {
    let pair = try Pair(server: "127.0.0.1", address: "127.0.0.1")
    let conversation = try TCPConversation(of: pair.accepted)
    #expect(shutdown(pair.client.rawValue, Int32(SHUT_WR)) == 0)
    let half = try #require(try PeerSocket.find(conversation))
    #expect(half.isConnected && half.userID == geteuid())
    try pair.client.close()
    let gone = try PeerSocket.find(conversation)
    #expect(gone?.isConnected != true)
  }

  @Test func `a connection that is not there has no socket, not even where somebody listens`()
    throws
  {
    let pair = try Pair(server: "127.0.0.1", address: "127.0.0.1")
    let there = try TCPConversation(of: pair.accepted)
    let other = TCPConversation(
      client: TCPEndpoint(address: [127, 0, 0, 9], port: there.client.port),
      destination: there.destination)
    #expect(try PeerSocket.find(other) == nil)
    let remote = TCPConversation(
      client: TCPEndpoint(address: [192, 0, 2, 1], port: 25), destination: there.destination)
    #expect(try PeerSocket.find(remote) == nil)
  }

  /// Both ends have said four hundred bytes at most.
  @Test(
    "A socket is the other end only if neither has received what the other has not sent",
    arguments: [
      // What the client has received; what this side saw acknowledged before, and had sent after.
      ("all that was sent", UInt64(300), UInt64(300), UInt64(300), true),
      ("some is under way", 200, 100, 300, true),
      ("SYN and FIN count", 302, 300, 300, true),
      ("FIN was acknowledged", 300, 302, 302, true),
      ("more than was sent", 303, 300, 300, false),
      ("less than was acknowledged", 297, 300, 300, false),
      ("nothing, where a greeting was acknowledged", 0, 40, 40, false),
      ("a long session, where nothing was sent", 5_000, 0, 0, false),
    ])
  func counters(
    name: String, received: UInt64, acknowledged: UInt64, sent: UInt64, isOtherEnd: Bool
  ) throws {
    let client = PeerSocket(
      userID: 7, inode: 1, cookie: 1, isConnected: true, receivedBytes: received)
    let before = try Self.state(1, acknowledged: acknowledged, sent: acknowledged)
    let after = try Self.state(1, acknowledged: sent, sent: sent)
    #expect(client.isOtherEnd(of: before, after) == isOtherEnd, "\(name)")
  }

  @Test func `a connection of which one end is closed has no other end`() throws {
    let open = try Self.state(1, acknowledged: 9, sent: 9)
    let client = PeerSocket(userID: 7, inode: 1, cookie: 1, isConnected: true, receivedBytes: 9)
    let gone = PeerSocket(userID: 7, inode: 0, cookie: 1, isConnected: false, receivedBytes: 9)
    #expect(client.isOtherEnd(of: open, open))
    #expect(client.isOtherEnd(of: open, try Self.state(8, acknowledged: 9, sent: 9)))
    #expect(!gone.isOtherEnd(of: open, open))
    // TCP_CLOSE, and LAST_ACK.
    for closed: UInt8 in [7, 9] {
      #expect(!client.isOtherEnd(of: open, try Self.state(closed, acknowledged: 9, sent: 9)))
    }
  }

  @Test func `the counters of two connections tell one from the other`() throws {
    let one = try Pair(server: "127.0.0.1", address: "127.0.0.1")
    let other = try Pair(server: "127.0.0.1", address: "127.0.0.1")
    try one.accepted.writeAll(Array("220 host.example ESMTP Postern\r\n".utf8))
    let state = try TCPState(of: one.accepted)
    let own = try #require(try PeerSocket.find(TCPConversation(of: one.accepted)))
    let wrong = try #require(try PeerSocket.find(TCPConversation(of: other.accepted)))
    #expect(own.isOtherEnd(of: state, state))
    #expect(!wrong.isOtherEnd(of: state, state))
  }

  /// A `struct tcp_info` with what is looked at.
  private static func state(
    _ state: UInt8, acknowledged: UInt64, sent: UInt64
  ) throws -> TCPState {
    var info = [UInt8](repeating: 0, count: 208)
    info[0] = state
    for index in 0..<8 {
      info[120 + index] = UInt8(truncatingIfNeeded: acknowledged >> UInt64(8 * index))
      info[200 + index] = UInt8(truncatingIfNeeded: sent >> UInt64(8 * index))
    }
    return try #require(TCPState(info))
  }

  @Test func `what is no TCP connection has no ends`() throws {
    let pipe = try FileDescriptor.pipe()
    #expect(throws: Errno(number: ENOTSOCK, call: "getpeername")) {
      try TCPConversation(of: pipe.readEnd)
    }
  }

  @Test func `an answer about another connection, or a cut one, names nobody`() throws {
    let pair = try Pair(server: "127.0.0.1", address: "127.0.0.1")
    let there = try TCPConversation(of: pair.accepted)
    let other = TCPConversation(client: there.destination, destination: there.client)
    // type 20, then a message of the family IPv4 whose four numbers are all zero.
    var answer = [UInt8](repeating: 0, count: 88)
    answer[0] = 88
    answer[4] = 20
    answer[16] = 2
    answer[17] = 1
    #expect(try Diagnosis.socket(in: answer, for: other) == nil)
    #expect(throws: Errno(number: EPROTO, call: "recv")) {
      try Diagnosis.socket(in: Array(answer.prefix(87)), for: other)
    }
    // An error of the kernel's: EPERM.
    var refused = [UInt8](repeating: 0, count: 20)
    refused[4] = 2
    refused.replaceSubrange(16..<20, with: [0xff, 0xff, 0xff, 0xff])
    #expect(throws: Errno(number: EPERM, call: "sock_diag")) {
      try Diagnosis.socket(in: refused, for: other)
    }
  }

  @Test func `an end is written as its address and port`() {
    #expect(TCPEndpoint(address: [127, 0, 0, 1], port: 25).text == "127.0.0.1:25")
    let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1]
    #expect(TCPEndpoint(address: mapped, port: 1).text == "192.0.2.1:1")
    let loopback: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    #expect(TCPEndpoint(address: loopback, port: 65_535).text == "[0:0:0:0:0:0:0:1]:65535")
  }
}
