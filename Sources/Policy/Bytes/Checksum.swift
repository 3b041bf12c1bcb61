/// The checksum of our binary files: FNV-1a with 64 bits (Fowler, Noll, Vo).
///
/// It finds torn, truncated and overwritten data. It is no defence against forgery: whoever can
/// write these files needs none. Each step is a bijection, so a single changed byte is always
/// found.
package enum Checksum {
  private static let offsetBasis: UInt64 = 0xCBF2_9CE4_8422_2325
  private static let prime: UInt64 = 0x0000_0100_0000_01B3

  /// Returns the checksum of a part of `bytes`.
  ///
  /// - Parameters:
  ///   - bytes: The data.
  ///   - range: The part, within `bytes`.
  /// - Returns: 64 bits, never zero for zeroed data.
  /// - Complexity: Two instructions and a load a byte.
  package static func fnv1a(_ bytes: [UInt8], _ range: Range<Int>) -> UInt64 {
    fnv1a(bytes.span.extracting(range), from: offsetBasis)
  }

  /// Returns the checksum of two pieces as if they were one.
  package static func fnv1a(_ first: ArraySlice<UInt8>, then second: ArraySlice<UInt8>) -> UInt64 {
    fnv1a(second.span, from: fnv1a(first.span, from: offsetBasis))
  }

  private static func fnv1a(_ span: Span<UInt8>, from start: UInt64) -> UInt64 {
    var hash = start
    for index in span.indices {
      hash = (hash ^ UInt64(span[index])) &* prime
    }
    return hash
  }

  /// Returns the checksum of all of `bytes`.
  package static func fnv1a(_ bytes: [UInt8]) -> UInt64 { fnv1a(bytes, 0..<bytes.count) }

  /// Returns a checksum of whole words: the same idea with 64 bits at a time.
  ///
  /// A multiplication moves differences only upwards, so each step also folds the upper half into
  /// the lower one. It stays a bijection: a single changed word is always found.
  ///
  /// - Parameters:
  ///   - words: The data.
  ///   - count: How many of them, from the first; at most `words.count`.
  /// - Returns: 64 bits, not zero for the zeroed data of a record.
  /// - Complexity: Four instructions and a load for eight bytes.
  package static func words(_ words: [UInt64], count: Int) -> UInt64 {
    let span = words.span.extracting(0..<count)
    var hash = offsetBasis
    for index in span.indices {
      hash = (hash ^ span[index]) &* prime
      hash ^= hash >> 32
    }
    return hash
  }
}
