internal import InternetMessage
internal import Policy

/// Text of others, fit for a terminal, a log, a JSON text.
///
/// What a terminal obeys, and what moves or hides what stands beside it, is escaped: what is not
/// `isHarmless`, and bytes that are no UTF-8.
package enum SafeText {
  /// Makes text of several lines fit for a terminal; line ends and tabs stay.
  ///
  /// - Parameter bytes: Any bytes.
  /// - Returns: The text with `\xHH` for each byte that is not to be shown.
  package static func text(_ bytes: [UInt8]) -> String {
    // Nearly all of what is printed.
    if bytes.allSatisfy({ (0x20..<0x7F).contains($0) || $0 == Octets.lineFeed || $0 == Octets.tab })
    {
      return String(decoding: bytes, as: UTF8.self)
    }
    var text = ""
    var parser = Unicode.UTF8.ForwardParser()
    var iterator = bytes.makeIterator()
    var position = 0
    while true {
      switch parser.parseScalar(from: &iterator) {
      case .valid(let encoded):
        let scalar = Unicode.UTF8.decode(encoded)
        if scalar.isHarmless || scalar == "\n" || scalar == "\t" {
          text.unicodeScalars.append(scalar)
        } else {
          append(bytes[position..<position + encoded.count], to: &text)
        }
        position += encoded.count
      case .error(let length):
        append(bytes[position..<position + length], to: &text)
        position += length
      case .emptyInput: return text
      }
    }
  }

  private static func append(_ bytes: ArraySlice<UInt8>, to text: inout String) {
    var escaped: [UInt8] = []
    escaped.append(escaping: bytes, limit: 4 * bytes.count)
    text += String(decoding: escaped, as: UTF8.self)
  }
}
