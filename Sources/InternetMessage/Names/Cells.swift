/// Reads the tables that Tests/Charsets/generate writes.
///
/// They are string literals: read-only memory that costs nothing until it is read. A cell has three
/// bytes: the UTF-8 of a character and spaces, or three digits of Base64 for its code point.
enum Cells {
  /// Appends the character of a cell.
  ///
  /// - Parameters:
  ///   - index: The number of the cell, from 0.
  ///   - table: The table.
  ///   - text: UTF-8.
  /// - Returns: Whether there is a character.
  static func append(_ index: Int, of table: String, to text: inout [UInt8]) -> Bool {
    let bytes = table.utf8.span
    guard index >= 0, index < bytes.count / 3 else { return false }
    let start = index * 3
    switch bytes[start] {
    case 0xE0...:
      text.append(bytes[start])
      text.append(bytes[start + 1])
      text.append(bytes[start + 2])
    case 0xC2...:
      text.append(bytes[start])
      text.append(bytes[start + 1])
    case Octets.space: return false
    case _ where bytes[start + 1] == Octets.space: text.append(bytes[start])
    default:
      guard let scalar = Unicode.Scalar(number(bytes, at: start, digits: 3)) else { return false }
      Unicode8.append(scalar, to: &text)
    }
    return true
  }

  /// The code point of a cell; nil if it has none.
  static func scalar(_ index: Int, of table: String) -> UInt32? {
    var text: [UInt8] = []
    guard append(index, of: table, to: &text) else { return nil }
    var start = 0
    return Unicode8.scalar(text, &start, before: text.count)?.value
  }

  /// Reads a number of some digits of Base64, six bits each.
  static func number(_ bytes: Span<UInt8>, at start: Int, digits: Int) -> UInt32 {
    var number: UInt32 = 0
    for index in start..<start + digits {
      number = number << 6 | UInt32(Base64.digit(bytes[index]) ?? 0)
    }
    return number
  }

  /// Finds the last record whose number is not greater than a value, by bisection.
  ///
  /// - Parameters:
  ///   - value: The value.
  ///   - table: Records in ascending order, each of which begins with three digits.
  ///   - size: The bytes of a record.
  /// - Returns: Where it begins; nil if the value is less than all.
  static func lastRecord(notAfter value: UInt32, in table: String, size: Int) -> Int? {
    let bytes = table.utf8.span
    var low = 0
    var high = bytes.count / size
    while low < high {
      let middle = (low + high) / 2
      if number(bytes, at: middle * size, digits: 3) <= value {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low == 0 ? nil : (low - 1) * size
  }
}
