@testable import Ledger
import Policy

/// A slot of the state file: as it is, with a checksum that fits, and a good one with one byte changed.
func fuzzSlot(_ bytes: [UInt8]) {
  exercise(Slot(reading: bytes))
  let padded = Array(
    (bytes + Array(repeating: 0, count: Slot.byteCount)).prefix(Slot.byteCount - 8))
  exercise(Slot(reading: padded + checksum(of: padded)))
  // Behind the magic and the version, so that the fuzzer need not find them.
  let start = Slot.record(uid: 1001, Usage(now: 0)).bytes[..<8]
  let record = Array((start + padded).prefix(Slot.byteCount - 8))
  exercise(Slot(reading: record + checksum(of: record)))
  requireNoForgery(bytes)
}

extension Slot {
  fileprivate static let byteCount = wordCount * 8

  fileprivate var bytes: [UInt8] { words.flatMap(littleEndian) }

  fileprivate init(reading bytes: [UInt8]) { self.init(reading: Self.words(of: bytes)) }

  fileprivate static func words(of bytes: [UInt8]) -> [UInt64] {
    (0..<bytes.count / 8).map { word in
      (0..<8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64(bytes[word * 8 + $1]) }
    }
  }
}

private func littleEndian(_ word: UInt64) -> [UInt8] {
  stride(from: 0, to: 64, by: 8).map { UInt8(truncatingIfNeeded: word >> $0) }
}

private func checksum(of bytes: [UInt8]) -> [UInt8] {
  let words = Slot.words(of: bytes)
  let sum = Checksum.words(words, count: words.count)
  return littleEndian(sum)
}

/// One byte changed: what is left is no record any more.
private func requireNoForgery(_ bytes: [UInt8]) {
  guard bytes.count >= 3, bytes[2] != 0 else { return }
  var usage = Usage(now: 1_700_000_000)
  usage.add(StepCounts(messages: 90, recipients: 400), now: 1_700_000_000)
  var record = Slot.record(uid: 1001, usage).bytes
  record[(Int(bytes[0]) << 8 | Int(bytes[1])) % record.count] ^= bytes[2]
  require(Slot(reading: record) == .unreadable, "a changed record is unreadable")
  require(
    Slot(reading: Array(record.dropLast(1 + Int(bytes[0])))) == .unreadable,
    "a short record is unreadable")
}

/// What was read is what is written; and no number in it can do harm.
private func exercise(_ slot: Slot) {
  guard case .record(let uid, let usage) = slot else { return }
  require(Slot(reading: slot.bytes) == .record(uid: uid, usage), "a record is what it says")
  for now: UInt64 in [0, 1, 1_700_000_000, usage.hour.newestStep, .max / 4, .max] {
    var aged = usage
    aged.advance(to: now)
    let limit = Limit.count(100)
    for period in [QuotaPeriod.hour, .day] {
      for resource in [QuotaResource.messages, .recipients] {
        _ = aged.used(resource, per: period, limit: limit, now: now)
        let free = aged.nextFree(for: 1, of: resource, per: period, limit: limit, now: now)
        require(free.map { $0 >= now } ?? true, "the next one is not free in the past")
      }
    }
    let counts = StepCounts(messages: 1, recipients: .max, refused: .max)
    aged.add(counts, now: now)
    aged.giveBack(counts, addedAt: now)
    _ = aged.isIdle(at: now)
  }
}
