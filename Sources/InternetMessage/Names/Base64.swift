/// The digits of Base64, RFC 4648 §4.
enum Base64 {
  /// The value of a digit; nil if it is none.
  static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x41...0x5A: byte - 0x41
    case 0x61...0x7A: byte - 0x61 + 26
    case 0x30...0x39: byte - 0x30 + 52
    case 0x2B: 62
    case 0x2F: 63
    default: nil
    }
  }

  /// Appends bytes in Base64, with padding.
  static func append(_ bytes: ArraySlice<UInt8>, to text: inout [UInt8]) {
    var index = bytes.startIndex
    while index < bytes.endIndex {
      let count = min(3, bytes.endIndex - index)
      var bits: UInt32 = 0
      for offset in 0..<3 {
        bits = bits << 8 | (offset < count ? UInt32(bytes[index + offset]) : 0)
      }
      for place in 0..<4 {
        text.append(place <= count ? letter(bits >> (18 - 6 * UInt32(place)) & 63) : Octets.equals)
      }
      index += count
    }
  }

  private static func letter(_ value: UInt32) -> UInt8 {
    let value = UInt8(truncatingIfNeeded: value)
    return switch value {
    case 0...25: value + 0x41
    case 26...51: value - 26 + 0x61
    case 52...61: value - 52 + 0x30
    case 62: 0x2B
    default: 0x2F
    }
  }
}
