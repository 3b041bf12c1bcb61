import Glibc
import LinuxSystem
import Testing

@testable import Ledger
@testable import Policy

@Suite("The journal of decisions")
struct JournalTests {
  private static func line(_ number: Int, padding: Int = 0) -> [UInt8] {
    Array("verdict=permit reason=none uid=7 n=\(number)".utf8)
      + Array(repeating: UInt8(ascii: "x"), count: padding)
  }

  private func lines(_ journal: Journal, of uid: UInt32 = 7) throws -> [[UInt8]] {
    try journal.excerpt(of: uid).records.map(\.line)
  }

  private func size(_ scratch: borrowing Scratch, _ name: String) throws -> UInt64 {
    try fileStatus(scratch.directory + Array("/journal/\(name)".utf8), followingLinks: false).size
  }

  @Test func `what was appended is read in its order, each user's by itself`() throws {
    let scratch = try Scratch()
    let journal = Journal(beside: scratch.path)
    #expect(try lines(journal).isEmpty, "nobody has written yet")
    #expect(try journal.users().isEmpty)
    for number in 0..<5 { try journal.append(Self.line(number), for: 7, at: noon + UInt64(number)) }
    try journal.append(Self.line(99), for: 4_294_967_295, at: 0)
    #expect(try lines(journal) == (0..<5).map { Self.line($0) })
    #expect(try journal.excerpt(of: 7).records.map(\.time) == (0..<5).map { noon + $0 })
    #expect(try lines(journal, of: 4_294_967_295) == [Self.line(99)])
    #expect(try journal.users() == [7, 4_294_967_295])
  }

  @Test func `its files are their owner's alone`() throws {
    let scratch = try Scratch()
    try Journal(beside: scratch.path).append(Self.line(0), for: 7, at: noon)
    let file = try fileStatus(scratch.directory + Array("/journal/7".utf8), followingLinks: false)
    #expect(file.mode & 0o077 == 0)
  }

  @Test func `it is bounded, the newest stay, and nobody pushes out another's`() throws {
    let scratch = try Scratch()
    let journal = Journal(beside: scratch.path)
    try journal.append(Self.line(0), for: 8, at: noon)
    let count = 1_000
    for number in 0..<count {
      try journal.append(Self.line(number, padding: 400), for: 7, at: noon)
    }
    let kept = try lines(journal)
    #expect(kept.count >= 64 && kept.count <= 160, "\(kept.count)")
    #expect(kept == (count - kept.count..<count).map { Self.line($0, padding: 400) })
    #expect(try size(scratch, "7") <= Journal.fileBytes + 1_000)
    #expect(try size(scratch, "7.old") <= Journal.fileBytes + 1_000)
    #expect(try lines(journal, of: 8) == [Self.line(0)])
  }

  @Test func `a journal of which only the old file is left is read, and its user is known`() throws
  {
    let scratch = try Scratch()
    let journal = Journal(beside: scratch.path)
    try journal.append(Self.line(0), for: 7, at: noon)
    let path = scratch.directory + Array("/journal/7".utf8)
    try FileSystem.rename(path, to: path + Array(".old".utf8))
    #expect(try journal.users() == [7])
    #expect(try lines(journal) == [Self.line(0)])
  }

  @Test func `a record that is cut anywhere is no record, and the next one is whole`() throws {
    let whole = Journal.record(Self.line(1), at: noon)
    for end in 1..<whole.count - 1 {
      let scratch = try Scratch()
      let journal = Journal(beside: scratch.path)
      try journal.append(Self.line(0), for: 7, at: noon)
      let path = scratch.directory + Array("/journal/7".utf8)
      try FileDescriptor.open(path: path, options: [.writeOnly, .append]).writeAll(
        Array(whole[..<end]))
      try journal.append(Self.line(2), for: 7, at: noon)
      let excerpt = try journal.excerpt(of: 7)
      #expect(excerpt.records.map(\.line) == [Self.line(0), Self.line(2)], "cut at \(end)")
      #expect(excerpt.tornCount == (end > 1 ? 1 : 0))
    }
  }

  @Test(arguments: [
    ("zeros", Array(repeating: UInt8(0), count: 500)),
    ("noise", (0..<500).map { UInt8(truncatingIfNeeded: $0 &* 193 &+ 7) }),
    ("a line without a checksum", Array("\n1795460400 verdict=permit\n".utf8)),
    ("a checksum of something else", Array("\n1795460400 0123456789abcdef verdict=permit\n".utf8)),
    ("a very long line", Array(repeating: UInt8(ascii: "7"), count: 20_000)),
  ])
  func `what is no record is passed over`(_ name: String, _ bytes: [UInt8]) throws {
    let scratch = try Scratch()
    let journal = Journal(beside: scratch.path)
    try journal.append(Self.line(0), for: 7, at: noon)
    try FileDescriptor.open(
      path: scratch.directory + Array("/journal/7".utf8), options: [.writeOnly, .append]
    ).writeAll(bytes)
    try journal.append(Self.line(1), for: 7, at: noon)
    #expect(try lines(journal) == [Self.line(0), Self.line(1)])
    #expect(try journal.excerpt(of: 7).tornCount > 0)
  }

  @Test func `each changed bit of a record is noticed`() throws {
    let record = Array(Journal.record(Self.line(1), at: noon).dropFirst().dropLast())
    #expect(Journal.read(record[...])?.line == Self.line(1))
    for bit in 0..<record.count * 8 {
      var changed = record
      changed[bit / 8] ^= 1 << UInt8(bit % 8)
      // A digit of the checksum in the other case says the same.
      let isCase = (11..<27).contains(bit / 8) && bit % 8 == 5
      if !isCase { #expect(Journal.read(changed[...]) == nil, "bit \(bit)") }
    }
  }

  @Test func `reading goes on where it ended, also where the file has become the old one`() throws {
    let scratch = try Scratch()
    let journal = Journal(beside: scratch.path)
    var (end, read) = (try journal.excerpt(of: 7).end, [[UInt8]]())
    for number in 0..<600 {
      try journal.append(Self.line(number, padding: 300), for: 7, at: noon)
      guard number % 37 == 0 || number == 599 else { continue }
      let excerpt = try journal.excerpt(of: 7, after: end)
      read += excerpt.records.map(\.line)
      end = excerpt.end
    }
    #expect(read == (0..<600).map { Self.line($0, padding: 300) })
    #expect(try journal.excerpt(of: 7, after: end).records.isEmpty)
  }

  @Test func `sixteen at once lose no record, and stay within the bound`() async throws {
    let scratch = try Scratch()
    let path = scratch.path
    try await withThrowingTaskGroup(of: Void.self) { group in
      for worker in 0..<16 {
        group.addTask {
          let journal = Journal(beside: path)
          for number in 0..<100 {
            try journal.append(Self.line(worker * 100 + number, padding: 400), for: 7, at: noon)
          }
        }
      }
      try await group.waitForAll()
    }
    let excerpt = try Journal(beside: path).excerpt(of: 7)
    #expect(excerpt.tornCount == 0)
    #expect(excerpt.records.count >= 64, "\(excerpt.records.count)")
    #expect(Set(excerpt.records.map(\.line)).count == excerpt.records.count)
    #expect(try size(scratch, "7") < 2 * Journal.fileBytes)
    #expect(try size(scratch, "7.old") < 2 * Journal.fileBytes)
  }

  @Test func `who holds the lock of a full file and does not go on keeps nobody from writing`()
    throws
  {
    let scratch = try Scratch()
    let journal = Journal(beside: scratch.path)
    try journal.append(Self.line(0), for: 7, at: noon)
    let held = try FileDescriptor.open(
      path: scratch.directory + Array("/journal/7".utf8), options: [.readWrite])
    #expect(try held.tryLockRecord(offset: 0, count: 1))
    for number in 1..<1_000 {
      try journal.append(Self.line(number, padding: 400), for: 7, at: noon)
    }
    let kept = try lines(journal)
    #expect(kept.last == Self.line(999, padding: 400))
    #expect(kept.count >= 64)
    #expect(try size(scratch, "7") < 2 * Journal.fileBytes + 1_000)
  }

  @Test func `a process that is killed leaves whole records only`() async throws {
    let directory = Self.directory(of: Host.processID())
    try FileSystem.makeDirectory(directory)
    for _ in 0..<4 {
      await #expect(processExitsWith: .signal(SIGKILL)) {
        Task.detached {
          Clock.pause(milliseconds: Int.random(in: 100...300))
          kill(getpid(), SIGKILL)
        }
        let journal = Journal(
          beside: JournalTests.directory(of: Host.parentProcessID()) + Array("/quota".utf8))
        for number in 0..<Int.max {
          try journal.append(JournalTests.line(number, padding: 600), for: 7, at: noon)
        }
      }
    }
    let journal = Journal(beside: directory + Array("/quota".utf8))
    let excerpt = try journal.excerpt(of: 7)
    #expect(excerpt.tornCount == 0 && excerpt.records.count > 0)
    for name in ["7", "7.old"] {
      try? FileSystem.unlink(directory + Array("/journal/\(name)".utf8))
    }
    removeDirectory(directory + Array("/journal".utf8))
    removeDirectory(directory)
  }

  private static func directory(of parent: Int32) -> [UInt8] {
    Array("/tmp/postern-journal-\(parent)".utf8)
  }

  @Test func `a file that is somebody else's, or has another name, is not written to`() throws {
    let scratch = try Scratch()
    let journal = Journal(beside: scratch.path)
    try journal.append(Self.line(0), for: 7, at: noon)
    let path = scratch.directory + Array("/journal/7".utf8)
    try FileSystem.link(path, to: scratch.directory + Array("/journal/x".utf8))
    try journal.append(Self.line(1), for: 7, at: noon)
    #expect(try lines(journal) == [Self.line(0)])
    try FileSystem.unlink(scratch.directory + Array("/journal/x".utf8))
    try journal.append(Self.line(2), for: 7, at: noon)
    #expect(try lines(journal) == [Self.line(0), Self.line(2)])
  }
}
