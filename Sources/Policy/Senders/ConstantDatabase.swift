/// The keys of a cdb file, which Postfix can look up but not list.
///
///     file   = 256( table-position table-slots ) *record *table     ; each number four bytes, the lowest first
///     record = key-bytes value-bytes key value
package enum ConstantDatabase {
  private static let numberBytes = 4
  private static let headerBytes = 256 * 2 * numberBytes

  /// Lists the keys.
  ///
  /// - Parameter bytes: The whole file.
  /// - Returns: The keys in their order, without the NUL that a writer may have put behind them;
  ///   nil if a record does not lie within the file, or there is no header.
  /// - Complexity: Linear in the size of the file: each record lies behind the one before.
  package static func keys(_ bytes: [UInt8]) -> [ArraySlice<UInt8>]? {
    guard bytes.count >= headerBytes else { return nil }
    // The tables stand behind the last record, the first one nearest.
    let end =
      stride(from: 0, to: headerBytes, by: 2 * numberBytes)
      .map { number(bytes, at: $0) }.min() ?? 0
    guard end >= headerBytes, end <= bytes.count else { return nil }
    var keys: [ArraySlice<UInt8>] = []
    var position = headerBytes
    while position < end {
      guard end - position >= 2 * numberBytes else { return nil }
      let start = position + 2 * numberBytes
      let keyBytes = number(bytes, at: position)
      let valueBytes = number(bytes, at: position + numberBytes)
      guard end - start >= keyBytes, end - start - keyBytes >= valueBytes else { return nil }
      let key = bytes[start..<(start + keyBytes)]
      keys.append(key.last == 0 ? key.dropLast() : key)
      position = start + keyBytes + valueBytes
    }
    return keys
  }

  private static func number(_ bytes: [UInt8], at position: Int) -> Int {
    (0..<numberBytes).reduce(0) { $0 | Int(bytes[position + $1]) << (8 * $1) }
  }
}
