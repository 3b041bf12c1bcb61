/// Reads the values of a binary file one after the other.
///
/// What lies beyond the end reads as zero and is remembered, so that a reader asks only once, at
/// the end.
struct ByteReader {
  private let bytes: [UInt8]
  private let end: Int
  private var position: Int
  private var isValid: Bool

  /// Creates a reader of a part of `bytes`, within their bounds.
  init(_ bytes: [UInt8], _ range: Range<Int>) {
    self.bytes = bytes
    position = range.lowerBound
    end = range.upperBound
    isValid = end <= bytes.count
  }

  /// Whether everything read was there, and nothing is left.
  var isValidAndAtEnd: Bool { isValid && position == end }

  /// Whether there is more to read.
  var hasMore: Bool { isValid && position < end }

  /// Marks what was read as wrong.
  mutating func fail() { isValid = false }

  /// Consumes `count` bytes; returns where they begin, `nil` if they are not there.
  private mutating func take(_ count: Int) -> Int? {
    guard isValid, count <= end - position else {
      isValid = false
      return nil
    }
    defer { position += count }
    return position
  }

  mutating func uint8() -> UInt8 { take(1).map { bytes[$0] } ?? 0 }

  mutating func uint16() -> UInt16 { take(2).map { LittleEndian.uint16(bytes, at: $0) } ?? 0 }

  mutating func uint32() -> UInt32 { take(4).map { LittleEndian.uint32(bytes, at: $0) } ?? 0 }

  mutating func uint64() -> UInt64 { take(8).map { LittleEndian.uint64(bytes, at: $0) } ?? 0 }

  /// Reads a string with its length before it: `length:u16 *OCTET`.
  mutating func string() -> [UInt8] {
    let count = Int(uint16())
    return take(count).map { Array(bytes[$0..<($0 + count)]) } ?? []
  }

  /// Reads everything that is left.
  mutating func rest() -> [UInt8] {
    let count = end - position
    return take(count).map { Array(bytes[$0..<($0 + count)]) } ?? []
  }

  /// Consumes a part with its length before it, `length:u16 *OCTET`, and returns a reader of that
  /// part alone.
  mutating func part() -> ByteReader {
    let count = Int(uint16())
    guard let start = take(count) else { return ByteReader(bytes, end..<end) }
    return ByteReader(bytes, start..<(start + count))
  }
}
