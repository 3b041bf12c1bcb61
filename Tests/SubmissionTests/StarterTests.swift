import LinuxSystem
import Testing

@testable import Submission

@Suite("Who has started the program")
struct StarterTests {
  private static func status(
    _ name: String = "php-fpm8.2", parent: String = "10744", user: String = "1001\t0\t0\t0"
  ) -> [UInt8] {
    Array(
      """
      Name:\t\(name)
      Umask:\t0022
      State:\tS (sleeping)
      Tgid:\t10763
      Ngid:\t0
      Pid:\t10763
      PPid:\t\(parent)
      TracerPid:\t0
      Uid:\t\(user)
      Gid:\t1001\t1001\t1001\t1001

      """.utf8)
  }

  @Test func `the name, the parent and the real user are read`() throws {
    let status = try #require(ProcessStatus(Self.status()))
    #expect(status.name == Array("php-fpm8.2".utf8))
    #expect((status.parentID, status.userID) == (10744, 1001))
    #expect(try #require(ProcessStatus(Self.status().prefix(150) + [])).userID == 1001)
  }

  @Test(arguments: [
    ("empty", ""), ("cut before the user", "Name:\tsh\nPPid:\t1\n"),
    ("cut inside the line of the user", "Name:\tsh\nPPid:\t1\nUid:\t10"),
    ("no parent", "Name:\tsh\nUid:\t1\n"), ("no name", "PPid:\t1\nUid:\t1\n"),
    ("no number", "Name:\tsh\nPPid:\t-1\nUid:\t1\n"),
    ("too large a number", "Name:\tsh\nPPid:\t4294967296\nUid:\t1\n"),
    ("another user than any", "Name:\tsh\nPPid:\t1\nUid:\t99999999999999999999\n"),
    (
      "lines without end", String(repeating: "x\n", count: 5_000) + "Name:\tsh\nPPid:\t1\nUid:\t1\n"
    ),
  ])
  func `what is no status is not read`(_ name: String, _ text: String) {
    #expect(ProcessStatus(Array(text.utf8)) == nil)
  }

  @Test func `a process cannot write another line with its name`() throws {
    // As the kernel writes "x", a line feed, "Uid:", a tab and "0".
    let status = try #require(ProcessStatus(Self.status("x\\nUid:\t0")))
    #expect(status.userID == 1001)
    #expect(!status.isShell)
  }

  @Test(arguments: [
    ("sh", true), ("dash", true), ("bash", true), ("php", false), ("sh ", false), ("", false),
    ("shell", false),
  ])
  func `a shell is known by its name`(_ name: String, _ isShell: Bool) throws {
    #expect(try #require(ProcessStatus(Self.status(name))).isShell == isShell)
  }

  @Test(arguments: [("1001", true), ("0", true), ("1002", false), ("10010", false)])
  func `a command line is told where it is the user's own, or root's`(
    _ user: String, _ isTold: Bool
  ) throws {
    #expect(try #require(ProcessStatus(Self.status(user: user))).isTrusted(by: 1001) == isTold)
  }

  @Test(arguments: [
    ("PHP-FPM", "php-fpm: pool alice\0\0\0\0", "php-fpm: pool alice"),
    ("arguments", "php\0/srv/alice/cron.php\0-v\0", "php /srv/alice/cron.php -v"),
    ("an empty argument", "php\0\0x\0", "php  x"), ("none", "", nil), ("NULs only", "\0\0\0", nil),
    ("blanks only", "  \0", nil),
  ])
  func `a command line is one text`(_ name: String, _ bytes: String, _ title: String?) {
    #expect(ProcessFiles.title(Array(bytes.utf8)) == title.map { Array($0.utf8) })
  }

  @Test(arguments: [
    ("version 2", "0::/system.slice/php8.2-fpm.service\n", "/system.slice/php8.2-fpm.service"),
    (
      "both", "4:memory:/a\n1:name=systemd:/b\n0::/user.slice/user-1.slice\n",
      "/user.slice/user-1.slice"
    ),
    ("cut", "0::/system.slice/ph", "/system.slice/ph"), ("the root", "0::/\n", nil),
    ("version 1 only", "4:memory:/a\n", nil), ("empty", "", nil),
    ("a name of version 1 that looks like it", "4:name=x0::/:/a\n", nil),
    ("without end", String(repeating: "1::/\n", count: 100) + "0::/a\n", nil),
  ])
  func `the control group is that of version 2, and the root is none`(
    _ name: String, _ text: String, _ group: String?
  ) {
    #expect(ProcessFiles.controlGroup(Array(text.utf8)) == group.map { Array($0.utf8) })
  }

  @Test func `the test itself is started by somebody, whose command line is bounded`() throws {
    let starter = Starter(of: Credentials.realUserID())
    #expect(starter.processID > 0)
    #expect((starter.title?.count ?? 0) <= Starter.titleBytes + 1)
    // Nobody but root and the user itself is told, and a parent is somebody's.
    let other = Starter(of: Credentials.realUserID() &+ 1)
    #expect(Credentials.realUserID() == 0 || other.title == nil)
  }

  @Test(arguments: [
    ("a line feed", Array("x\nverdict=permit uid=0".utf8)), ("an escape", [0x1B, 0x5D]),
    ("quotes", Array(#"a" process="b"#.utf8)), ("no UTF-8", [0xFF, 0xFE]),
    ("a long one", [UInt8](repeating: 0xFF, count: 65)), ("empty", []),
  ])
  func `a title is escaped and cut, and read again`(_ name: String, _ title: [UInt8]) throws {
    var line = Array("verdict=permit reason=none uid=7".utf8)
    line.append(key: DecisionKey.process, value: title, limit: Starter.titleBytes)
    #expect(line.allSatisfy { $0 >= 0x20 && $0 < 0x7F })
    #expect(line.count <= 60 + Starter.titleBytes)
    let read = try #require(DecisionLine(line[...]))
    #expect(read.process == title || title.count > Starter.titleBytes)
    #expect(read.uid == 7)
  }
}
