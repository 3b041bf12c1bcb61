internal import Policy

/// Texts in JSON.
package enum JSONText {
  /// Forms a JSON string (RFC 8259 §7).
  ///
  /// What `SafeText` holds for harmful is escaped, so that JSON on a terminal moves nothing.
  ///
  /// - Parameter text: The text; bytes that are no UTF-8 become U+FFFD.
  /// - Returns: The string with its quotes.
  package static func string(_ text: [UInt8]) -> String {
    var string = "\""
    for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
      switch scalar {
      case "\"", "\\":
        string += "\\\(scalar)"
      case let scalar where !scalar.isHarmless:
        for unit in UTF16.encode(scalar).map({ [UInt16]($0) }) ?? [] {
          let digits = String(unit, radix: 16)
          string += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
      default:
        string.unicodeScalars.append(scalar)
      }
    }
    return string + "\""
  }
}
