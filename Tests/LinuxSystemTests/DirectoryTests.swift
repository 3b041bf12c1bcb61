import Glibc
import Testing

@testable import LinuxSystem

@Suite("Directories, mounts, connections")
struct DirectoryTests {
  @Test func `a directory lists its names in order, and no more than asked`() throws {
    let path = "/tmp/postern-entries-\(Host.processID())"
    try FileSystem.makeDirectory(Array(path.utf8))
    defer {
      for name in ["b", "a"] { try? FileSystem.unlink(Array("\(path)/\(name)".utf8)) }
      _ = unsafe rmdir(path)
    }
    #expect(try FileSystem.names(in: Array(path.utf8)).isEmpty)
    for name in ["b", "a"] {
      _ = try FileDescriptor.open(path: "\(path)/\(name)", options: [.writeOnly, .create])
    }
    #expect(try FileSystem.names(in: Array(path.utf8)) == [Array("a".utf8), Array("b".utf8)])
    #expect(throws: Errno(number: EFBIG, call: "readdir")) {
      try FileSystem.names(in: Array(path.utf8), limit: 1)
    }
    #expect(throws: Errno(number: ENOENT, call: "opendir")) {
      try FileSystem.names(in: Array("\(path)/none".utf8))
    }
  }

  @Test func `a mount tells what it forbids`() throws {
    let file = try FileDescriptor.open(path: "/proc/self/mounts")
    let text = String(decoding: try file.readToEnd(limit: 1 << 20), as: UTF8.self)
    // Of mounts on one point the last is seen.
    var options: [String: [Substring]] = [:]
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      options[String(words[1])] = words[3].split(separator: ",")
    }
    for path in ["/", "/proc", "/dev", "/sys", "/tmp"] {
      guard let expected = options[path] else { continue }
      let flags = try MountFlags(of: Array(path.utf8))
      #expect(flags.ignoresSetID == expected.contains("nosuid"), "\(path)")
      #expect(flags.forbidsExecution == expected.contains("noexec"), "\(path)")
      #expect(flags.isReadOnly == expected.contains("ro"), "\(path)")
    }
    #expect(options["/"] != nil)
  }

  @Test func `a connection speaks with its server, and waits no longer than told`() throws {
    let server = FileDescriptor(adopting: socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = unsafe bind(server.rawValue, $0, size)
        _ = listen(server.rawValue, 1)
        _ = unsafe getsockname(server.rawValue, $0, &size)
      }
    }
    let (user, port) = (Credentials.current(), UInt16(bigEndian: address.sin_port))
    let connection = try Connection.open(
      to: "127.0.0.1", port: port, userID: user.effectiveUserID, groupID: user.effectiveGroupID,
      milliseconds: 50)
    let peer = FileDescriptor(adopting: accept(server.rawValue, nil, nil))
    var timedOut = false
    do { _ = try connection.read(upTo: 9) } catch { timedOut = error.number == ETIMEDOUT }
    #expect(timedOut)
    try peer.writeAll(Array("220 hi".utf8))
    #expect(try connection.read(upTo: 9) == Array("220 hi".utf8))
    try connection.write(Array("QUIT".utf8))
    #expect(try peer.read(upTo: 9) == Array("QUIT".utf8))
    #expect(Credentials.current() == user)
  }

  @Test func `where nobody listens a connection is refused, and what is no address is none`() {
    func number(_ address: String) -> Int32? {
      do {
        _ = try Connection.open(
          to: address, port: 1, userID: getuid(), groupID: getgid(), milliseconds: 50)
        return nil
      } catch { return error.number }
    }
    #expect(number("127.0.0.1") == ECONNREFUSED)
    #expect(number("localhost") == EINVAL)
  }

  @Test func `a log socket without a daemon is told from one that is missing`() {
    let path = "/tmp/postern-probe-\(Host.processID())"
    defer { try? FileSystem.unlink(Array(path.utf8)) }
    #expect(throws: Errno(number: ENOENT, call: "connect")) { try SystemLog.probe(path: path) }
    _ = try? FileDescriptor.open(path: path, options: [.writeOnly, .create])
    #expect(throws: Errno(number: ECONNREFUSED, call: "connect")) {
      try SystemLog.probe(path: path)
    }
  }
}
