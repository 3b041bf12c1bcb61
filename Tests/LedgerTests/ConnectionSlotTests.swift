import LinuxSystem
import Testing

@testable import Ledger

/// The connections of a user at once.
@Suite("Connection slots")
struct ConnectionSlotTests {
  private func take(
    _ uid: UInt32, limit: UInt32, _ scratch: borrowing Scratch
  ) throws -> ConnectionSlot? {
    try ConnectionSlot.take(of: uid, limit: limit, beside: scratch.path)
  }

  private func isFree(_ uid: UInt32, limit: UInt32, _ scratch: borrowing Scratch) throws -> Bool {
    try take(uid, limit: limit, scratch) != nil
  }

  @Test func `a user has as many as the limit says, and one that ends is free again`() throws {
    let scratch = try Scratch()
    let one = try take(7, limit: 2, scratch)
    let two = try take(7, limit: 2, scratch)
    var isFree = try isFree(7, limit: 2, scratch)
    #expect(!isFree)
    one?.end()
    isFree = try self.isFree(7, limit: 2, scratch)
    #expect(isFree)
    two?.end()
  }

  @Test func `no user takes another's, whatever their numbers`() throws {
    let scratch = try Scratch()
    let first = try take(7, limit: 1, scratch)
    for uid: UInt32 in [0, 6, 8, .max] {
      let isFree = try isFree(uid, limit: 1, scratch)
      #expect(isFree, "\(uid)")
    }
    let isFree = try isFree(7, limit: 1, scratch)
    #expect(!isFree)
    first?.end()
  }

  @Test func `in a directory of others nobody gets one`() throws {
    #expect(throws: LedgerError.self) {
      _ = try ConnectionSlot.take(of: 7, limit: 1, beside: Array("/proc/quota".utf8))
    }
  }
}
