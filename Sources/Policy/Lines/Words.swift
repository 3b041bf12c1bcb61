internal import InternetMessage

/// The words of a logical line, separated by white space or commas.
///
/// In `name="text with blanks"` the quotes are part of the word, and blanks and commas between them
/// do not end it. Quotes anywhere else are ordinary bytes.
struct Words {
  private let text: ArraySlice<UInt8>
  private var position: Int

  init(_ text: ArraySlice<UInt8>) {
    self.text = text
    position = text.startIndex
  }

  /// Returns the next word, nil at the end.
  mutating func next() -> ArraySlice<UInt8>? {
    while position < text.endIndex, Octets.isListSeparator(text[position]) { position += 1 }
    guard position < text.endIndex else { return nil }
    let start = position
    while position < text.endIndex, !Octets.isListSeparator(text[position]) {
      let byte = text[position]
      position += 1
      if byte == Octets.equals, position < text.endIndex, text[position] == Octets.quote {
        let close = text[(position + 1)...].firstIndex(of: Octets.quote)
        position = close.map { $0 + 1 } ?? text.endIndex
      }
    }
    return text[start..<position]
  }

  /// Returns bytes without the blanks around them.
  static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var trimmed = bytes
    while let first = trimmed.first, Octets.isBlank(first) { trimmed = trimmed.dropFirst() }
    while let last = trimmed.last, Octets.isBlank(last) { trimmed = trimmed.dropLast() }
    return trimmed
  }
}
