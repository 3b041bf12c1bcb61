/// Mends the lines of a header section, before it is read.
enum HeaderLines {
  /// Drops lines of white space, and blanks before the colon of a field, as Postfix does.
  ///
  /// - Parameter bytes: The section; what is wrong with it besides stays so.
  /// - Returns: The section without them.
  static func repaired(_ bytes: [UInt8]) -> [UInt8] {
    var section: [UInt8] = []
    section.reserveCapacity(bytes.count)
    var start = 0
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: Octets.lineFeed) ?? bytes.count
      appendLine(bytes, start..<end, to: &section)
      start = end + 1
    }
    // The last line may have no LF.
    if bytes.last != Octets.lineFeed, section.last == Octets.lineFeed { section.removeLast() }
    return section
  }

  private static func appendLine(
    _ bytes: [UInt8], _ range: Range<Int>, to section: inout [UInt8]
  ) {
    // An empty line, or a blank one before the first field, is none of a section, and stays to be
    // refused.
    if !range.isEmpty, !section.isEmpty, range.allSatisfy({ Octets.isBlank(bytes[$0]) }) { return }
    var index = range.lowerBound
    while index < range.upperBound, HeaderSection.isNameByte(bytes[index]) { index += 1 }
    let name = range.lowerBound..<index
    while index < range.upperBound, Octets.isBlank(bytes[index]) { index += 1 }
    if !name.isEmpty, index > name.upperBound, index < range.upperBound,
      bytes[index] == Octets.colon
    {
      section.append(contentsOf: bytes[name])
      section.append(contentsOf: bytes[index..<range.upperBound])
    } else {
      section.append(contentsOf: bytes[range])
    }
    section.append(Octets.lineFeed)
  }
}
