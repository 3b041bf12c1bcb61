import LinuxSystem
import Testing

/// Waiting for a descriptor, no longer than wanted.
@Suite("Readiness")
struct ReadinessTests {
  @Test func `a pipe with something in it is ready, an empty one is not in time`() throws {
    let ends = try FileDescriptor.pipe()
    #expect { try ends.readEnd.waitForInput(seconds: 0) } throws: {
      ($0 as? Errno)?.isTimeout == true
    }
    try ends.writeEnd.writeAll([1])
    try ends.readEnd.waitForInput(seconds: 0)
  }

  @Test func `a pipe with room is ready, a full one is not in time`() throws {
    let ends = try FileDescriptor.pipe()
    try ends.writeEnd.waitForRoom(seconds: 0)
    try ends.writeEnd.writeAll([UInt8](repeating: 0, count: 65_536))
    #expect { try ends.writeEnd.waitForRoom(seconds: 0) } throws: {
      ($0 as? Errno)?.isTimeout == true
    }
  }

  @Test func `the end of a pipe is something to read`() throws {
    let readEnd = try FileDescriptor.pipe().keepReadEnd()
    try readEnd.waitForInput(seconds: 0)
    #expect(try readEnd.read(upTo: 1).isEmpty)
  }

  @Test func `a lost connection is no timeout`() {
    #expect(!Errno.connectionLost.isTimeout)
  }
}
