extension [UInt8] {
  /// Appends a number in decimal digits, in ASCII.
  ///
  /// - Parameters:
  ///   - number: The number.
  ///   - width: The smallest count of digits, 1 to 20; shorter numbers get leading zeros.
  package mutating func append(decimal number: UInt64, width: Int = 1) {
    var divisor: UInt64 = 1
    var digits = 1
    while digits < width || number / divisor >= 10 {
      divisor *= 10
      digits += 1
    }
    while divisor > 0 {
      append(UInt8(ascii: "0") + UInt8(number / divisor % 10))
      divisor /= 10
    }
  }
}
