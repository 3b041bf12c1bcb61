import Policy
import Testing

@testable import Submission

/// Rows made of usage that is written down here.
private enum Sample {
  static let now: UInt64 = 1_795_460_000

  static func usage(messages: UInt32 = 0, recipients: UInt32 = 0, refused: UInt32 = 0) -> Usage {
    var usage = Usage(now: now)
    usage.advance(to: now)
    if messages > 0 || recipients > 0 || refused > 0 {
      usage.add(
        StepCounts(messages: messages, recipients: recipients, refused: refused), now: now)
    }
    return usage
  }

  static func entry(_ change: (inout SenderRules) -> Void = { _ in }) -> SenderEntry {
    var rules = SenderRules()
    change(&rules)
    return SenderEntry(uid: 1_001, user: Array("alice".utf8), rules: rules)
  }

  static func row(_ entry: SenderEntry?, _ usage: Usage) -> QuotaRow {
    QuotaRow(
      uid: 1_001, user: Array("alice".utf8), entry: entry, configuration: Configuration(),
      usage: usage, suspension: nil, now: now)
  }

  static func json(_ row: QuotaRow) -> String { String(decoding: row.json, as: UTF8.self) }
}

@Suite("Quota row")
struct QuotaRowTests {
  @Test
  func `the JSON row has the names and the order of the contract`() {
    let row = Sample.row(Sample.entry(), Sample.usage(messages: 12, recipients: 40, refused: 3))
    #expect(
      Sample.json(row)
        == #"{"uid":1001,"user":"alice","mode":"enforce","suspended":null,"#
        + #""messages":{"hour":{"used":12,"limit":100},"day":{"used":12,"limit":null}},"#
        + #""recipients":{"hour":{"used":40,"limit":500},"day":{"used":40,"limit":null}},"#
        + #""refused":{"hour":3,"day":3},"next_free":null,"last_message":1795460000}"#)
  }

  @Test(
    arguments: [
      ("until resumed", nil, 0, 100 as UInt32, nil), ("for a time", 60 as UInt64?, 0, 100, 60),
      ("for a time, the quota used up for longer", 60, 100, 100, 3_600),
      ("for a time, with a limit of 0", 60, 0, 0, nil),
    ] as [(String, UInt64?, UInt32, UInt32, UInt64?)])
  func `who is suspended may send when the suspension has ended and the quota is free`(
    name: String, duration: UInt64?, used: UInt32, limit: UInt32, free: UInt64?
  ) {
    let entry = Sample.entry { $0.messagesPerHour = .count(limit) }
    let suspension = Suspension(
      since: Sample.now, until: duration.map { Sample.now + $0 }, origin: .administrator,
      reason: Array("spam".utf8))
    let row = QuotaRow(
      uid: 1_001, user: Array("alice".utf8), entry: entry, configuration: Configuration(),
      usage: Sample.usage(messages: used), suspension: suspension, now: Sample.now)
    let expected = free.map { Sample.now + $0 }
    // Steps of the window are minutes.
    #expect((row.nextFree == nil) == (expected == nil), "\(name)")
    #expect(max(row.nextFree ?? 0, expected ?? 0) - min(row.nextFree ?? 0, expected ?? 0) <= 60)
    #expect(row.left == 0)
  }

  @Test
  func `an entry's own limits, mode and suspension replace those of postern.cf`() {
    let entry = Sample.entry { rules in
      rules.messagesPerHour = .unlimited
      rules.recipientsPerDay = .count(7)
      rules.mode = .audit
      rules.suspended = Array("spam".utf8)
    }
    let row = Sample.row(entry, Sample.usage())
    #expect(row.messages.hour.limit == nil)
    #expect(row.recipients.day.limit == 7)
    #expect(row.mode == .audit)
    #expect(Sample.json(row).contains(#""mode":"audit","suspended":"spam""#))
  }

  @Test
  func `an unlisted user has the limits of postern.cf`() {
    let row = Sample.row(nil, Sample.usage())
    #expect(row.messages.hour.limit == 100)
    #expect(row.suspended == nil)
  }

  @Test
  func `an exempt user has no limit`() {
    var entry = Sample.entry()
    entry.isExempt = true
    #expect(Sample.row(entry, Sample.usage()).left == nil)
  }

  @Test
  func `one message below the limit is free now, at the limit it waits for the window`() throws {
    let below = Sample.row(Sample.entry(), Sample.usage(messages: 99, recipients: 99))
    #expect(below.left == 1)
    #expect(below.nextFree == nil)
    let reached = Sample.row(Sample.entry(), Sample.usage(messages: 100, recipients: 100))
    #expect(reached.left == 0)
    let free = try #require(reached.nextFree)
    #expect(free > Sample.now + 3_540 && free <= Sample.now + 3_660)
  }

  @Test
  func `the tightest limit decides what is left`() {
    let row = Sample.row(Sample.entry(), Sample.usage(messages: 10, recipients: 498))
    #expect(row.left == 2)
  }

  @Test
  func `a limit of zero leaves nothing and is never free`() {
    let row = Sample.row(Sample.entry { $0.messagesPerDay = .count(0) }, Sample.usage())
    #expect(row.left == 0)
    #expect(row.nextFree == nil)
  }

  @Test
  func `the later of two reached limits counts`() throws {
    let entry = Sample.entry { $0.messagesPerDay = .count(100) }
    let row = Sample.row(entry, Sample.usage(messages: 100, recipients: 100))
    #expect(try #require(row.nextFree) > Sample.now + 23 * 3_600)
  }

  @Test
  func `a torn record counts as used up`() {
    var usage = Sample.usage()
    usage.tornSince = Sample.now
    let row = Sample.row(Sample.entry(), usage)
    #expect(row.messages.hour.used == 100)
    #expect(row.left == 0)
    #expect(row.nextFree != nil)
  }
}

@Suite("Quota row, read back")
struct QuotaRowReaderTests {
  @Test(
    arguments: [
      "alice", "", "quote\" backslash\\", "tab\tline\nnul\0del\u{7F}", "Zoë 日本 🂡",
    ])
  func `what is written is read as the same`(_ text: String) {
    let entry = Sample.entry { $0.suspended = Array(text.utf8) }
    let row = Sample.row(entry, Sample.usage(messages: 100, recipients: 7, refused: 1))
    #expect(QuotaRow(json: row.json) == row)
    #expect(QuotaRow(json: row.json + [0x0A]) == row)
  }

  @Test
  func `bytes that are no UTF-8 cannot break the JSON`() {
    let entry = Sample.entry { $0.suspended = [0xFF, 0x22, 0xC3] }
    let row = Sample.row(entry, Sample.usage())
    #expect(Sample.json(row).contains(#""suspended":"\#u{FFFD}\"\#u{FFFD}""#))
    #expect(QuotaRow(json: row.json) != nil)
  }

  @Test
  func `any cut, and anything behind the row, is refused`() {
    let bytes = Sample.row(Sample.entry(), Sample.usage(messages: 1)).json
    for count in 0..<bytes.count { #expect(QuotaRow(json: Array(bytes[..<count])) == nil) }
    #expect(QuotaRow(json: bytes + [0x2C]) == nil)
    #expect(QuotaRow(json: bytes + bytes) == nil)
  }

  @Test
  func `numbers that do not fit are refused`() {
    let text = Sample.json(Sample.row(Sample.entry(), Sample.usage()))
    for number in ["4294967296", "-1", "99999999999999999999", "1.5", ""] {
      let changed = text.split(separator: "1001", omittingEmptySubsequences: false)
        .joined(separator: number)
      #expect(QuotaRow(json: Array(changed.utf8)) == nil)
    }
  }

  @Test
  func `the longest row is read, one byte more is refused`() {
    let bytes = Sample.row(Sample.entry(), Sample.usage()).json
    let blanks = [UInt8](repeating: 0x20, count: QuotaRow.jsonBytes - bytes.count)
    #expect(QuotaRow(json: bytes + blanks) != nil)
    #expect(QuotaRow(json: bytes + blanks + [0x20]) == nil)
  }
}
