/// Readers of single values, for both files.
enum Scalar {
  /// Reads a decimal number, `nil` if there is any other byte or more than 64 bits.
  static func number(_ bytes: ArraySlice<UInt8>) -> UInt64? {
    guard !bytes.isEmpty else { return nil }
    var value: UInt64 = 0
    for byte in bytes {
      guard let digit = ASCII.digit(byte) else { return nil }
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
      guard !overflow, !carry else { return nil }
      value = sum
    }
    return value
  }

  /// Reads a limit.
  ///
  ///     limit = 1*DIGIT / "unlimited"
  static func limit(_ bytes: ArraySlice<UInt8>) -> Limit? {
    if ASCII.matches(bytes, "unlimited") { return .unlimited }
    guard let value = number(bytes), let count = UInt32(exactly: value) else { return nil }
    return .count(count)
  }

  /// Reads a number that can be switched off: the outer nil is a fault, the inner one `off`.
  ///
  ///     threshold = 1*DIGIT / "off"        ; not 0
  static func threshold(_ bytes: ArraySlice<UInt8>) -> UInt32?? {
    if ASCII.matches(bytes, "off") { return .some(nil) }
    guard let value = number(bytes), value > 0, let count = UInt32(exactly: value) else {
      return nil
    }
    return .some(count)
  }

  /// The most addresses in `notify`: a mail to a whole customer base is no notice.
  static let maximumNotifiees = 16

  /// Reads who gets notices; an empty list is nobody.
  ///
  ///     notify = [ notifiee *( ( WSP / "," ) notifiee ) ]
  ///     notifiee = "user" / local "@" domain
  static func notifiees(_ bytes: ArraySlice<UInt8>) -> [Notifiee]? {
    var reader = PatternReader()
    var words = Words(bytes)
    var notifiees: [Notifiee] = []
    while let word = words.next() {
      guard notifiees.count < maximumNotifiees else { return nil }
      if ASCII.matches(word, "user") {
        notifiees.append(.user)
      } else if let address = try? reader.read(word).address {
        notifiees.append(.address(address))
      } else {
        return nil
      }
    }
    return notifiees
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

  /// Reads one of the words of an enumeration.
  static func word<Value: CaseIterable & RawRepresentable<String>>(
    _ bytes: ArraySlice<UInt8>, as type: Value.Type
  ) -> Value? {
    type.allCases.first { ASCII.matches(bytes, $0.rawValue) }
  }

  /// Reads an absolute path: what execve(2) and open(2) can take, and nothing that asks for a shell
  /// or for the expansion of `$name`.
  static func absolutePath(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
    guard bytes.first == ASCII.slash, bytes.count <= pathBytes, bytes.last != ASCII.slash,
      bytes.allSatisfy({ !ASCII.isBlank($0) && $0 != ASCII.dollar })
    else { return nil }
    return Array(bytes)
  }

  /// The longest path, from Linux's PATH_MAX (4096 with the NUL).
  static let pathBytes = 4_095

  /// The greatest message_size_limit, 1 TiB.
  ///
  /// 0 is none: to Postfix it means no limit, elsewhere no
  /// mail at all.
  static let maximumMessageBytes: UInt64 = 1 << 40

  /// The greatest header_size_limit, 64 MiB: the header section is held in memory.
  static let maximumHeaderBytes: UInt64 = 64 << 20

  /// Reads a message_size_limit.
  static func messageSize(_ bytes: ArraySlice<UInt8>) -> UInt64? {
    size(bytes).flatMap { $0 > 0 && $0 <= maximumMessageBytes ? $0 : nil }
  }

  /// Reads a header_size_limit.
  static func headerSize(_ bytes: ArraySlice<UInt8>) -> UInt64? {
    size(bytes).flatMap { $0 > 0 && $0 <= maximumHeaderBytes ? $0 : nil }
  }
}
