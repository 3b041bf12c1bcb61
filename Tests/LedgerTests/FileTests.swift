import Glibc
import LinuxSystem
import Testing

@testable import Ledger
@testable import Policy

@Suite("The state file")
struct FileTests {
  @Test func `a missing file is created whole, for its owner alone`() throws {
    let scratch = try Scratch()
    _ = try scratch.open()
    let status = try fileStatus(scratch.path, followingLinks: false)
    #expect(status.size == 4_096 + 262_144 * 2_048)
    #expect(status.mode == 0o600)
    #expect(status.linkCount == 1)
    _ = try scratch.open()
  }

  @Test func `a file of any other size is refused and not changed`() throws {
    let full = LedgerFormat.fileBytes
    let sizes: [UInt64] = [
      0, 1, 7, 8, 19, 20, 4_095, 4_096, 4_097, 6_144, full / 2, full - 2_048, full - 1, full + 1,
    ]
    for size in sizes {
      let scratch = try Scratch()
      _ = try scratch.open()
      try scratch.raw().truncate(to: size)
      #expect(throws: LedgerError.truncated(size: size)) { _ = try scratch.open() }
      #expect(try fileStatus(scratch.path, followingLinks: false).size == size)
    }
  }

  @Test func `a foreign file is refused: every byte of the header counts`() throws {
    let scratch = try Scratch()
    _ = try scratch.open()
    for index in LedgerFormat.header.indices {
      var header = LedgerFormat.header
      header[index] ^= 1
      try scratch.raw().write(header, at: 0)
      let isVersion = (8..<12).contains(index)
      let version = LittleEndian.uint32(header, at: 8)
      #expect(throws: isVersion ? LedgerError.version(version) : .foreign) {
        _ = try scratch.open()
      }
    }
    try scratch.raw().write(LedgerFormat.header, at: 0)
    _ = try scratch.open()
  }

  @Test(arguments: [UInt32(0), 1, 3, .max])
  func `a file of an older or a newer version is refused and not changed`(version: UInt32) throws {
    let scratch = try Scratch()
    _ = try scratch.open()
    let header = Array("POSTERN\0".utf8) + littleEndian(version) + LedgerFormat.header.dropFirst(12)
    try scratch.raw().write(header, at: 0)
    #expect(throws: LedgerError.version(version)) { _ = try scratch.open() }
    #expect(try scratch.raw().pread(offset: 0, count: header.count) == header)
  }

  @Test func `a file that others may read or write is refused`() throws {
    let scratch = try Scratch()
    _ = try scratch.open()
    for mode: UInt32 in [0o640, 0o604, 0o660, 0o700, 0o4600] {
      setPermissions(scratch.path, mode)
      #expect(throws: LedgerError.wrongMode(mode)) { _ = try scratch.open() }
    }
  }

  @Test func `a directory that others may write to is refused, one they may read is not`() throws {
    let scratch = try Scratch()
    let owner = Credentials.current().effectiveUserID
    for mode: UInt32 in [0o720, 0o702, 0o1777] {
      setPermissions(scratch.directory, mode)
      #expect(throws: LedgerError.untrustedDirectory(ownerUID: owner, mode: mode)) {
        _ = try scratch.open()
      }
    }
    setPermissions(scratch.directory, 0o755)
    _ = try scratch.open()
  }

  @Test func `a directory in the place of the file is refused`() throws {
    let scratch = try Scratch()
    try FileSystem.makeDirectory(scratch.path)
    #expect(throws: LedgerError.self) { _ = try scratch.open() }
    removeDirectory(scratch.path)
  }

  @Test func `a symbolic link in the place of the file is not followed`() throws {
    let scratch = try Scratch()
    _ = try scratch.open()
    let moved = scratch.directory + Array("/elsewhere".utf8)
    try FileSystem.rename(scratch.path, to: moved)
    let arguments = [Array("ln".utf8), Array("-s".utf8), moved, scratch.path]
    let reason = try Execution.spawnAndWait(
      Array("/bin/ln".utf8), arguments: arguments, environment: [],
      standardInput: .standardInput)
    #expect(reason == .exited(0))
    #expect {
      _ = try scratch.open()
    } throws: { error in
      guard case LedgerError.system(let errno) = error else { return false }
      return errno.number == ELOOP
    }
    try FileSystem.unlink(moved)
  }

  @Test func `without its directory there is no file`() throws {
    #expect(throws: LedgerError.self) { _ = try Ledger.open(path: "/nonexistent/postern/quota") }
  }
}
