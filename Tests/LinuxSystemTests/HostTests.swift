import Glibc
import Testing

@testable import LinuxSystem

@Suite("Log, dates and accounts")
struct HostTests {
  @Test(arguments: [
    (0, "1970-1-1"), (58, "1970-2-28"), (59, "1970-3-1"), (11_016, "2000-2-29"),
    (11_017, "2000-3-1"), (20_780, "2026-11-23"), (47_540, "2100-2-28"),
    (47_541, "2100-3-1"), (20_818, "2026-12-31"), (20_819, "2027-1-1"),
  ])
  func `a day has its date`(day: UInt64, expected: String) {
    let date = CivilDate(daysSince1970: day)
    #expect("\(date.year)-\(date.month)-\(date.day)" == expected)
  }

  @Test func `a log line has a head as RFC 3164 wants it, in UTC`() {
    let head = SystemLog.head(priority: 22, identifier: "postern", seconds: 1_793_491_509)
    #expect(
      String(decoding: head, as: UTF8.self)
        == "<22>Nov  1 00:05:09 postern[\(Host.processID())]: ")
  }

  @Test func `a log line arrives as one datagram of bounded size`() throws {
    let path = "/tmp/postern-log-\(Host.processID())"
    defer { try? FileSystem.unlink(Array(path.utf8)) }
    let receiver = FileDescriptor(adopting: socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0))
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) {
      unsafe $0.copyBytes(from: Array(path.utf8))
    }
    let bound = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(receiver.rawValue, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    #expect(bound == 0)
    SystemLog.send(Array("verdict=permit".utf8), facility: 2, path: path)
    let line = String(decoding: try receiver.read(upTo: 4_096), as: UTF8.self)
    #expect(line.hasPrefix("<22>") && line.hasSuffix("]: verdict=permit"))
    SystemLog.send([UInt8](repeating: 65, count: 9_999), facility: 2, path: path)
    #expect(try receiver.read(upTo: 4_096).count == SystemLog.maximumBytes)
  }

  @Test func `a log that is full or missing delays nothing`() throws {
    SystemLog.send([65], facility: 2, path: "/nonexistent/log")
    SystemLog.send([65], facility: 2, path: String(repeating: "x", count: 500))
  }

  @Test func `an account is found by name and by number, and one that is not there is not`() throws
  {
    let root = try UserDatabase.account(userID: 0)
    #expect(root?.name == Array("root".utf8))
    #expect(try UserDatabase.account(named: Array("root".utf8)) == root)
    #expect(try UserDatabase.all().contains { $0 == root })
    #expect(try UserDatabase.account(named: Array("no-such-user-here".utf8)) == nil)
    #expect(try UserDatabase.account(userID: 4_000_000_000) == nil)
  }

  @Test(arguments: [
    ("Alice Example,Room 1,,", "Alice Example"), ("& Cooper", "Alice Cooper"), ("", ""),
    ("A;B", "A"), ("A%B", "A"), (",x", ""),
  ])
  func `a full name is what Postfix takes from GECOS`(gecos: String, expected: String) {
    let name = Account.fullName(gecos: Array(gecos.utf8), login: Array("alice".utf8))
    #expect(name == Array(expected.utf8))
  }

  @Test func `the directory of a path is what stands before its last slash`() {
    for (path, expected) in [("/a/b", "/a"), ("/a", "/"), ("a", "."), ("a/b/", "a/b")] {
      #expect(FileSystem.directory(of: Array(path.utf8)) == Array(expected.utf8))
    }
  }

  @Test func `the machine, the process and its directory are told`() {
    #expect(!Host.nodeName().isEmpty)
    #expect(Host.currentDirectory()?.first == UInt8(ascii: "/"))
    #expect(Host.parentProcessID() == getppid())
    #expect(Clock.seconds() > 1_600_000_000)
    #expect(Environment.value("POSTERN_NO_SUCH_VARIABLE") == nil)
    #expect(Environment.value("PATH") != nil)
  }
}
