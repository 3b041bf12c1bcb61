import Policy
import Testing

@testable import postern

@Suite("Counters that never fall")
struct LastingCountersTests {
  private static func counters(_ messages: UInt64, _ recipients: UInt64 = 0) -> Counters {
    var counters = Counters()
    (counters.messages, counters.recipients) = (messages, recipients)
    return counters
  }

  /// Takes one look after the other, each through the file; returns the total of each.
  private static func totals(_ looks: [[UInt32: Counters]]) throws -> [UInt64] {
    var lasting = LastingCounters()
    return try looks.map { look in
      lasting = try #require(LastingCounters(lasting.bytes))
      for (uid, counters) in look { _ = lasting.take(counters, of: uid) }
      return lasting.total().messages
    }
  }

  struct Row: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let looks: [[UInt32: UInt64]]
    let totals: [UInt64]
    init(_ name: String, _ looks: [[UInt32: UInt64]], _ totals: [UInt64]) {
      (testDescription, self.looks, self.totals) = (name, looks, totals)
    }
  }

  @Test(arguments: [
    Row("records that grow", [[1: 3, 2: 4], [1: 5, 2: 4], [1: 5, 2: 9]], [7, 9, 14]),
    Row("a record that begins anew", [[1: 3], [1: 1], [1: 2], [1: 0], [1: 1]], [3, 4, 5, 5, 6]),
    Row(
      "a record that is gone and comes back", [[1: 3, 2: 4], [2: 4], [1: 1, 2: 5]], [7, 7, 9]),
    Row("all of them gone", [[1: 3, 2: 4], [:], [:], [3: 1]], [7, 7, 7, 8]),
  ])
  func `totals never fall`(row: Row) throws {
    let looks = row.looks.map { $0.mapValues { Self.counters($0) } }
    #expect(try Self.totals(looks) == row.totals)
  }

  @Test func `one counter that is lower than before shows that all of them began anew`() {
    var lasting = LastingCounters()
    _ = lasting.take(Self.counters(10, 10), of: 1)
    let sum = lasting.take(Self.counters(12, 2), of: 1)
    #expect(sum == Self.counters(22, 12))
  }

  @Test func `a file that is cut anywhere is no file`() {
    var lasting = LastingCounters()
    _ = lasting.take(Self.counters(10, 20), of: 1)
    _ = lasting.take(Self.counters(30), of: .max)
    let bytes = lasting.bytes
    #expect(LastingCounters(bytes)?.bytes.count == bytes.count)
    for count in 0..<bytes.count - 1 { #expect(LastingCounters(Array(bytes.prefix(count))) == nil) }
  }
}
