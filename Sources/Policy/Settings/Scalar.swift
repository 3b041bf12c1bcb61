internal import InternetMessage

/// Readers of single values, for both files.
package enum Scalar {
  /// Reads a decimal number, `nil` if there is any other byte or more than 64 bits.
  static func number(_ bytes: ArraySlice<UInt8>) -> UInt64? {
    guard !bytes.isEmpty else { return nil }
    var value: UInt64 = 0
    for byte in bytes {
      guard let digit = Octets.digit(byte) else { return nil }
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
      guard !overflow, !carry else { return nil }
      value = sum
    }
    return value
  }

  /// Reads a number of bytes.
  ///
  ///     size = 1*DIGIT ["K" / "M" / "G"]
  static func size(_ bytes: ArraySlice<UInt8>) -> UInt64? {
    guard let last = bytes.last else { return nil }
    let shift: UInt64
    switch last {
    case 0x4B, 0x6B: shift = 10
    case 0x4D, 0x6D: shift = 20
    case 0x47, 0x67: shift = 30
    default: return number(bytes)
    }
    guard let value = number(bytes.dropLast()) else { return nil }
    let (product, overflow) = value.multipliedReportingOverflow(by: 1 << shift)
    return overflow ? nil : product
  }

  /// Reads a time; returns seconds, from 1 to `maximumSeconds`.
  ///
  ///     time = 1*DIGIT ("s" / "m" / "h" / "d")
  package static func time(_ bytes: ArraySlice<UInt8>) -> UInt32? {
    guard let last = bytes.last, let count = number(bytes.dropLast()) else { return nil }
    let unit: UInt64
    switch last {
    case 0x73: unit = 1
    case 0x6D: unit = 60
    case 0x68: unit = 3_600
    case 0x64: unit = 86_400
    default: return nil
    }
    let (seconds, overflow) = count.multipliedReportingOverflow(by: unit)
    guard !overflow, seconds > 0, seconds <= UInt64(maximumSeconds) else { return nil }
    return UInt32(seconds)
  }

  /// The longest time: ten years of 365 days.
  package static let maximumSeconds: UInt32 = 3_650 * 86_400

  /// Reads an absolute path: what execve(2) and open(2) can take, and nothing that asks for a shell
  /// or for the expansion of `$name`.
  static func absolutePath(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
    guard bytes.first == Octets.slash, bytes.count <= pathBytes, bytes.last != Octets.slash,
      bytes.allSatisfy({ !Octets.isBlank($0) && $0 != Octets.dollar })
    else { return nil }
    return Array(bytes)
  }

  /// The longest path, from Linux's PATH_MAX (4096 with the NUL).
  static let pathBytes = 4_095
}
