/// Text for a terminal, which obeys what it is sent.
enum TerminalText {
  /// How a word looks; the raw value is the parameter of SGR (ECMA-48 §8.3.117).
  enum Style: Int, Sendable {
    case heading = 1
    case alarm = 31
    case warning = 33
  }

  /// Makes bytes fit for one line: what is not to be seen, or wider than a column, becomes `?`.
  ///
  /// Root's own files and UTF-8 of any origin: controls, marks that change the direction, and
  /// combining characters would move what stands beside them.
  static func printable(_ bytes: [UInt8]) -> String {
    var text = ""
    for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
      text.unicodeScalars.append(isOneColumn(scalar) ? scalar : "?")
    }
    return text
  }

  /// Whether a character takes exactly one column everywhere.
  private static func isOneColumn(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x20..<0x7F, 0xA1..<0xAD, 0xAE..<0x300, 0x370..<0x483, 0x48A..<0x530: true
    default: false
    }
  }

  /// Cuts text to a number of columns, the last one being `~` then.
  static func cut(_ text: String, to columns: Int) -> String {
    text.count <= columns ? text : text.prefix(max(0, columns - 1)) + "~"
  }

  /// Wraps text that is `printable`, a longer word where it must be.
  static func wrapped(_ text: String, to columns: Int) -> [String] {
    var lines: [String] = []
    var rest = text[...]
    while rest.count > columns {
      let head = rest.prefix(columns + 1)
      let end = head.lastIndex(of: " ") ?? rest.index(rest.startIndex, offsetBy: columns)
      let isBreak = end > rest.startIndex
      let cut = isBreak ? end : rest.index(rest.startIndex, offsetBy: columns)
      lines.append(String(rest[..<cut]))
      rest = rest[cut...].drop { $0 == " " }
    }
    return lines + [String(rest)]
  }

  /// Puts a style around text; nil leaves it as it is.
  static func styled(_ text: String, _ style: Style?) -> String {
    guard let style else { return text }
    return "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m"
  }
}
