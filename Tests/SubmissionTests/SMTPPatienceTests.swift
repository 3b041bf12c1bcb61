import Glibc
import Synchronization
import Testing

@testable import LinuxSystem
@testable import Submission

/// A clock that is set by hand.
private final class HandClock: Sendable {
  private let now = Mutex(UInt64(1_000_000))

  func read() -> UInt64 { now.withLock { $0 } }

  func advance(seconds: UInt64) { now.withLock { $0 += seconds * 1_000 } }
}

/// What the SMTP door waits for: the time of a client, by a clock that the tests set.
@Suite("The patience of the SMTP door")
struct SMTPPatienceTests {
  private let clock = HandClock()

  private func door(
    at pipe: borrowing PipeEnds, idle: Int32 = SMTPDescriptors.idleSeconds,
    perMessage: Int32? = SMTPLimits.secondsPerMessage
  ) throws -> SMTPDescriptors {
    let clock = clock
    return SMTPDescriptors(
      input: FileDescriptor(adopting: dup(pipe.readEnd.rawValue)),
      output: FileDescriptor(adopting: dup(pipe.writeEnd.rawValue)), idleSeconds: idle,
      secondsPerMessage: perMessage, milliseconds: { clock.read() })
  }

  /// Whether the client's time is over.
  private func isOver(_ door: inout SMTPDescriptors) -> Bool {
    var buffer: [UInt8] = [0]
    do throws(Errno) { _ = try door.receive(into: &buffer) } catch { return error.isTimeout }
    return false
  }

  /// A client that says a byte every four minutes is never idle for five.
  @Test func `a client that says a byte now and then has an hour for each message, and no more`()
    throws
  {
    let pipe = try FileDescriptor.pipe()
    var door = try door(at: pipe)
    var buffer: [UInt8] = [0]
    for _ in 0..<2 {
      for _ in 0..<14 {
        clock.advance(seconds: 240)
        try pipe.writeEnd.writeAll([0x61])
        let count = try door.receive(into: &buffer)
        #expect(count == 1)
      }
      door.noteProgress()
    }
    clock.advance(seconds: 3_599)
    try pipe.writeEnd.writeAll([0x61, 0x62])
    let count = try door.receive(into: &buffer)
    #expect(count == 1)
    clock.advance(seconds: 1)
    // There is a byte, but the time is over.
    let isOver = isOver(&door)
    #expect(isOver)
  }

  @Test func `a client that does not read its replies has the same hour`() throws {
    let pipe = try FileDescriptor.pipe()
    var door = try door(at: pipe)
    clock.advance(seconds: 3_600)
    var isOver = false
    do throws(Errno) { try door.send([0x61]) } catch { isOver = error.isTimeout }
    #expect(isOver)
  }

  @Test func `for -bs, which waits in its caller's own process, no hour ends`() throws {
    let pipe = try FileDescriptor.pipe()
    var door = try door(at: pipe, perMessage: nil)
    clock.advance(seconds: 1_000_000)
    try pipe.writeEnd.writeAll([0x61])
    var buffer: [UInt8] = [0]
    let count = try door.receive(into: &buffer)
    #expect(count == 1)
  }

  @Test func `a client that connects and is silent is idle`() throws {
    let pipe = try FileDescriptor.pipe()
    var door = try door(at: pipe, idle: 0)
    let isOver = isOver(&door)
    #expect(isOver)
    var buffer: [UInt8] = [0]
    try pipe.writeEnd.writeAll([0x61])
    let count = try door.receive(into: &buffer)
    #expect(count == 1)
  }

  @Test func `what is left of the hour is waited for, where that is less than the idle time`()
    throws
  {
    let pipe = try FileDescriptor.pipe()
    var door = try door(at: pipe, idle: 60, perMessage: 100)
    clock.advance(seconds: 99)
    let started = Clock.monotonicMilliseconds()
    let isOver = isOver(&door)
    #expect(isOver)
    #expect(Clock.monotonicMilliseconds() - started < 30_000)
  }
}
