import LinuxSystem
import Testing

@testable import Ledger
@testable import Policy

@Suite("The file fleet")
struct FleetFileTests {
  private static let size: UInt64 = 4_096 + 262_144 * 64

  private func vector(_ name: String) throws -> [UInt8] {
    let directory = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
    return try FileDescriptor.open(path: "/\(directory)/Vectors/stored/\(name)")
      .readToEnd(limit: 1 << 16)
  }

  private func path(_ scratch: borrowing Scratch) -> [UInt8] {
    scratch.directory + Array("/fleet".utf8)
  }

  private func raw(_ scratch: borrowing Scratch) throws -> FileDescriptor {
    try FileDescriptor.open(path: path(scratch), options: [.readWrite, .create])
  }

  /// The file as it was on the disk, all else a hole.
  private func restore(_ scratch: borrowing Scratch) throws {
    let file = try raw(scratch)
    try file.setPermissions(0o600)
    try file.truncate(to: Self.size)
    try file.write(try vector("fleet-1.header"), at: 0)
    try file.write(try vector("fleet-1.account"), at: 4_096 + 64 * 1_001)
  }

  @Test func `a missing file is created whole, for its owner alone, and keeps its number`() throws {
    let scratch = try Scratch()
    let number = try FleetFile.open(beside: scratch.path).nodeNumber
    let status = try fileStatus(path(scratch), followingLinks: false)
    #expect(status.size == Self.size && status.mode == 0o600 && status.linkCount == 1)
    let again = try FleetFile.open(beside: scratch.path).nodeNumber
    #expect(again == number)
    let names = try FileSystem.names(in: scratch.directory)
    #expect(names == [Array("fleet".utf8)])
  }

  @Test func `two files have two numbers`() throws {
    let one = try Scratch()
    let two = try Scratch()
    let numbers = [
      try FleetFile.open(beside: one.path).nodeNumber,
      try FleetFile.open(beside: two.path).nodeNumber,
    ]
    #expect(numbers[0] != numbers[1])
  }

  @Test func `a file of version 1 is read, number by number`() throws {
    let scratch = try Scratch()
    try restore(scratch)
    let file = try FleetFile.open(beside: scratch.path)
    let number = file.nodeNumber
    #expect(number == 0x0123_4567_89AB_CDEF)
    let stored = try file.account(of: 1_001, at: 1_001)
    let account = try #require(stored)
    #expect(account.generation == 12 && account.epoch == 0xFEDC_BA98_7654_3210)
    #expect(account.number == 1_795_654_440_001 && account.kept == 1_795_654_440_000)
    #expect(account.messages == 300 && account.recipients == 4_000_000_000)
    var later = account
    var usage = Usage(now: noon)
    (usage.counters.messages, usage.counters.recipients) = (306, 4_000_000_009)
    later.catchUp(with: usage)
    #expect(later.messages == 301 && later.recipients == 4_000_000_002)
    let others = try file.account(of: 1_002, at: 1_001)
    let elsewhere = try file.account(of: 1_001, at: 1_002)
    #expect(others == nil && elsewhere == nil)
    let remembers = file.remembersFailure
    #expect(!remembers)
  }

  @Test func `an account is still written as it was, into the slot of its record`() throws {
    let scratch = try Scratch()
    try restore(scratch)
    let file = try FleetFile.open(beside: scratch.path)
    let stored = try file.account(of: 1_001, at: 1_001)
    let account = try #require(stored)
    for slot: UInt32 in [0, 262_143] {
      try file.write(account, at: slot)
      let bytes = try raw(scratch).pread(offset: 4_096 + 64 * UInt64(slot), count: 64)
      #expect(bytes == (try vector("fleet-1.account")))
    }
    #expect(try fileStatus(path(scratch), followingLinks: false).size == Self.size)
  }

  @Test func `a file of any other size is refused and not changed`() throws {
    for size in [Self.size - 1, Self.size + 1, 4_096, 32, 64] {
      let scratch = try Scratch()
      try restore(scratch)
      _ = try FleetFile.open(beside: scratch.path)
      try raw(scratch).truncate(to: size)
      #expect(throws: LedgerError.truncated(size: size)) {
        _ = try FleetFile.open(beside: scratch.path)
      }
      #expect(try fileStatus(path(scratch), followingLinks: false).size == size)
    }
  }

  @Test(arguments: [UInt64(0), 1, 8, 31])
  func `a file without a whole header is foreign, and not made anew`(size: UInt64) throws {
    let scratch = try Scratch()
    try restore(scratch)
    try raw(scratch).truncate(to: size)
    #expect(throws: LedgerError.foreign) { _ = try FleetFile.open(beside: scratch.path) }
    #expect(try fileStatus(path(scratch), followingLinks: false).size == size)
  }

  @Test func `a foreign file is refused: every byte of the header counts`() throws {
    let scratch = try Scratch()
    try restore(scratch)
    let header = try vector("fleet-1.header")
    for index in header.indices {
      var changed = header
      changed[index] ^= 1
      try raw(scratch).write(changed, at: 0)
      #expect(throws: LedgerError.foreign, "byte \(index)") {
        _ = try FleetFile.open(beside: scratch.path)
      }
    }
    try raw(scratch).write(header, at: 0)
    _ = try FleetFile.open(beside: scratch.path)
  }

  @Test func `a file with another mode or a second name is refused`() throws {
    let scratch = try Scratch()
    try restore(scratch)
    for mode: UInt32 in [0o640, 0o604, 0o660, 0o700, 0o4600] {
      setPermissions(path(scratch), mode)
      #expect(throws: LedgerError.wrongMode(mode)) {
        _ = try FleetFile.open(beside: scratch.path)
      }
    }
    setPermissions(path(scratch), 0o600)
    let second = scratch.directory + Array("/second".utf8)
    try FileSystem.link(path(scratch), to: second)
    #expect(throws: LedgerError.notAFile) { _ = try FleetFile.open(beside: scratch.path) }
    try FileSystem.unlink(second)
    _ = try FleetFile.open(beside: scratch.path)
  }

  @Test func `what is no file is refused`() throws {
    let scratch = try Scratch()
    try FileSystem.makeDirectory(path(scratch))
    #expect(throws: LedgerError.self) { _ = try FleetFile.open(beside: scratch.path) }
    removeDirectory(path(scratch))
    #expect(throws: LedgerError.self) {
      _ = try FleetFile.open(beside: Array("/nonexistent/postern/quota".utf8))
    }
  }

  @Test func `a failure is remembered for seconds, and one from before a restart is not`() throws {
    let scratch = try Scratch()
    let file = try FleetFile.open(beside: scratch.path)
    let before = file.remembersFailure
    file.rememberFailure()
    let after = file.remembersFailure
    #expect(!before && after)
    let now = Clock.monotonicMilliseconds()
    try #require(now > FleetFile.failureMilliseconds)
    for (then, isRemembered) in [
      (now - FleetFile.failureMilliseconds, false),
      (now - FleetFile.failureMilliseconds + 2_000, true),
      (now + 3_600_000, false), (0, false),
    ] {
      try raw(scratch).write(littleEndian64(then), at: 64)
      let remembers = file.remembersFailure
      #expect(remembers == isRemembered, "\(Int64(then) - Int64(now))")
    }
  }

  private func littleEndian64(_ number: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
  }
}
