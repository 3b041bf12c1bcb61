internal import Policy

/// What a slot holds.
///
///     offset   bytes     what
///     0        4         "PoRc": somebody's record; "PoTb": a tombstone
///     4        4         version, 1
///     8        4         UID; 0 in a tombstone
///     12       4         flags: bit 0 = there is a last message, bit 1 = torn
///     16       8         last message, seconds since 1970
///     24       8         torn since, seconds since 1970
///     32       8         number of the hour window's newest step
///     40       8         number of the day window's newest step
///     48       61 × 12   hour window: messages, recipients, refused of each step, newest first
///     780      25 × 12   day window, likewise
///     1080     8         FNV-1a, 64 bits, of all bytes before
///
/// A slot of zeros is free. A slot that is none of these is torn: power was lost, or the disk
/// failed. Whose it was cannot be trusted to its bytes, so a tombstone takes its place. Until
/// the longest window has passed since then, whoever may have had a record there and has
/// none elsewhere counts as having used up everything.
enum Slot: Equatable {
  case free
  case record(uid: UInt32, Usage)
  case tombstone(since: UInt64)
  case unreadable

  /// The bytes of a slot that are used.
  static let byteCount = 1_088

  private static let recordMagic = littleEndian(UInt32(0x6352_6F50))
  private static let tombstoneMagic = littleEndian(UInt32(0x6254_6F50))
  private static let version: UInt32 = 1
  private static let hasLastMessage: UInt32 = 1
  private static let isTorn: UInt32 = 2
  private static let stepsOffset = 48
  private static let stepBytes = 12
  private static let checksumOffset = 1_080

  /// Reads a slot.
  ///
  /// - Parameter bytes: Its first `byteCount` bytes; fewer are unreadable.
  init(reading bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else {
      self = .unreadable
      return
    }
    guard Checksum.fnv1a(bytes, 0..<Self.checksumOffset) == number(bytes, Self.checksumOffset)
    else {
      self = bytes.allSatisfy { $0 == 0 } ? .free : .unreadable
      return
    }
    let version: UInt32 = number(bytes, 4)
    let isRecord = bytes[..<4] == Self.recordMagic[...]
    guard version == Self.version, isRecord || bytes[..<4] == Self.tombstoneMagic[...],
      let usage = Self.usage(in: bytes)
    else {
      self = .unreadable
      return
    }
    if isRecord {
      self = .record(uid: number(bytes, 8), usage)
    } else {
      self = .tombstone(since: number(bytes, 24))
    }
  }

  /// The bytes of the slot: `byteCount` of them.
  var bytes: [UInt8] {
    switch self {
    case .free, .unreadable:
      Array(repeating: 0, count: Self.byteCount)
    case .record(let uid, let usage):
      Self.bytes(Self.recordMagic, uid: uid, usage)
    case .tombstone(let since):
      Self.bytes(
        Self.tombstoneMagic, uid: 0,
        Usage(
          hour: SlidingWindow(.hour, now: since), day: SlidingWindow(.day, now: since),
          lastMessage: nil, tornSince: since))
    }
  }

  private static func bytes(_ magic: [UInt8], uid: UInt32, _ usage: Usage) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(byteCount)
    bytes += magic
    append(version, to: &bytes)
    append(uid, to: &bytes)
    append(
      (usage.lastMessage == nil ? 0 : hasLastMessage) | (usage.tornSince == nil ? 0 : isTorn),
      to: &bytes)
    append(usage.lastMessage ?? 0, to: &bytes)
    append(usage.tornSince ?? 0, to: &bytes)
    append(usage.hour.newestStep, to: &bytes)
    append(usage.day.newestStep, to: &bytes)
    for window in [usage.hour, usage.day] {
      for step in window.steps {
        append(step.messages, to: &bytes)
        append(step.recipients, to: &bytes)
        append(step.refused, to: &bytes)
      }
    }
    append(Checksum.fnv1a(bytes), to: &bytes)
    return bytes
  }

  private static func usage(in bytes: [UInt8]) -> Usage? {
    let flags: UInt32 = number(bytes, 12)
    let dayOffset = stepsOffset + QuotaPeriod.hour.stepCount * stepBytes
    guard
      let hour = window(.hour, in: bytes, newestStep: number(bytes, 32), at: stepsOffset),
      let day = window(.day, in: bytes, newestStep: number(bytes, 40), at: dayOffset)
    else { return nil }
    return Usage(
      hour: hour, day: day,
      lastMessage: flags & hasLastMessage == 0 ? nil : number(bytes, 16),
      tornSince: flags & isTorn == 0 ? nil : number(bytes, 24))
  }

  private static func window(
    _ period: QuotaPeriod, in bytes: [UInt8], newestStep: UInt64, at offset: Int
  ) -> SlidingWindow? {
    var steps: [StepCounts] = []
    steps.reserveCapacity(period.stepCount)
    for index in 0..<period.stepCount {
      let start = offset + index * stepBytes
      steps.append(
        StepCounts(
          messages: number(bytes, start), recipients: number(bytes, start + 4),
          refused: number(bytes, start + 8)))
    }
    return SlidingWindow(period, newestStep: newestStep, steps: steps)
  }
}

/// Returns the number at an offset.
private func number<Number: FixedWidthInteger & UnsignedInteger>(
  _ bytes: [UInt8], _ offset: Int
) -> Number {
  var value: Number = 0
  for index in (offset..<offset + Number.bitWidth / 8).reversed() {
    value = value << 8 | Number(truncatingIfNeeded: bytes[index])
  }
  return value
}

/// Appends the bytes of a number, the lowest first.
private func append<Number: FixedWidthInteger>(_ number: Number, to bytes: inout [UInt8]) {
  for shift in stride(from: 0, to: Number.bitWidth, by: 8) {
    bytes.append(UInt8(truncatingIfNeeded: number >> shift))
  }
}

extension Usage {
  /// Whether nothing in it matters any more, so that the slot may go to another user.
  ///
  /// - Parameter now: Seconds since 1970.
  /// - Returns: Whether both windows are empty and no tear blocks.
  func isIdle(at now: UInt64) -> Bool {
    var aged = self
    aged.advance(to: now)
    return aged.tornSince == nil && aged.hour.isEmpty && aged.day.isEmpty
  }
}
