/// Characters as a person, or a reader that folds compatibility forms (NFKC), takes them: as ASCII.
enum Compatibility {
  /// Appends the ASCII that a scalar stands for.
  ///
  /// - Returns: Whether it stands for any; nothing is appended else.
  static func appendASCII(_ scalar: Unicode.Scalar, to text: inout [UInt8]) -> Bool {
    if let byte = Unicode8.narrowed(scalar) {
      text.append(byte)
      return true
    }
    return appendRun(scalar.value, to: &text) || appendText(scalar.value, to: &text)
  }

  /// A scalar that stands for one ASCII character.
  private static func appendRun(_ value: UInt32, to text: inout [UInt8]) -> Bool {
    let table = CompatibilityTable.runs
    guard let record = Cells.lastRecord(notAfter: value, in: table, size: 6) else { return false }
    let bytes = table.utf8.span
    let distance = value - Cells.number(bytes, at: record, digits: 3)
    guard distance < Cells.number(bytes, at: record + 3, digits: 1) else { return false }
    let first = Cells.number(bytes, at: record + 4, digits: 2)
    text.append(UInt8(truncatingIfNeeded: first + distance))
    return true
  }

  /// A scalar that stands for several.
  private static func appendText(_ value: UInt32, to text: inout [UInt8]) -> Bool {
    let table = CompatibilityTable.texts
    guard let record = Cells.lastRecord(notAfter: value, in: table, size: 8) else { return false }
    let bytes = table.utf8.span
    guard Cells.number(bytes, at: record, digits: 3) == value else { return false }
    for index in record + 3..<record + 8 where bytes[index] != Octets.space {
      text.append(bytes[index])
    }
    return true
  }
}
