internal import Glibc

/// The search for one byte, which the body of a message needs at the speed of the memory.
package enum ByteSearch {
  /// Finds the first place of a byte.
  ///
  /// - Parameters:
  ///   - byte: The byte.
  ///   - bytes: Where it is looked for.
  ///   - range: The part of `bytes` to search.
  /// - Returns: Its index in `bytes`; nil if it is not there.
  ///
  /// The corresponding C function is `memchr`.
  package static func firstIndex(
    of byte: UInt8, in bytes: [UInt8], _ range: Range<Int>
  ) -> Int? {
    guard !range.isEmpty else { return nil }
    // SAFETY: the slice traps unless `range` lies within the array; the pointer is valid in the closure.
    return unsafe bytes.withUnsafeBytes { raw in
      let part = unsafe UnsafeRawBufferPointer(rebasing: raw[range])
      guard let start = part.baseAddress,
        let found = unsafe memchr(start, Int32(byte), part.count)
      else { return nil }
      return unsafe range.lowerBound + (UnsafeRawPointer(found) - start)
    }
  }
}
