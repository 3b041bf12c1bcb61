internal import InternetMessage

/// One of the words of an enumeration.
struct WordValue<Word: SettingWord>: SettingValue {
  var expected: ExpectedValue { .oneOf(Word.allCases.map { $0.rawValue }) }

  func read(_ text: ArraySlice<UInt8>) -> Word? {
    Word.allCases.first { Octets.matches(text, $0.rawValue) }
  }

  func text(of value: Word) -> [UInt8] { Array(value.rawValue.utf8) }

  func store(_ value: Word, to bytes: inout [UInt8]) { bytes.append(value.storedCode) }

  func load(_ bytes: inout ByteReader) -> Word? {
    let code = bytes.uint8()
    return Word.allCases.first { $0.storedCode == code }
  }
}

/// `yes` or `no`.
struct YesNoValue: SettingValue {
  var expected: ExpectedValue { .oneOf(["yes", "no"]) }

  func read(_ text: ArraySlice<UInt8>) -> Bool? {
    if Octets.matches(text, "yes") { return true }
    return Octets.matches(text, "no") ? false : nil
  }

  func text(of value: Bool) -> [UInt8] { Array((value ? "yes" : "no").utf8) }

  func store(_ value: Bool, to bytes: inout [UInt8]) { bytes.append(value ? 1 : 2) }

  func load(_ bytes: inout ByteReader) -> Bool? {
    switch bytes.uint8() {
    case 1: true
    case 2: false
    default: nil
    }
  }
}

/// A limit: `1*DIGIT / "unlimited"`.
struct LimitValue: SettingValue {
  var expected: ExpectedValue { .number(minimum: 0, orWord: "unlimited") }

  func read(_ text: ArraySlice<UInt8>) -> Limit? {
    if Octets.matches(text, "unlimited") { return .unlimited }
    return Scalar.number(text).flatMap { UInt32(exactly: $0) }.map { .count($0) }
  }

  func text(of value: Limit) -> [UInt8] {
    Array((value.value.map { "\($0)" } ?? "unlimited").utf8)
  }

  func store(_ value: Limit, to bytes: inout [UInt8]) {
    bytes.append(value == .unlimited ? 1 : 2)
    LittleEndian.append(value.value ?? 0, to: &bytes)
  }

  func load(_ bytes: inout ByteReader) -> Limit? {
    let kind = bytes.uint8()
    let count = bytes.uint32()
    switch kind {
    case 1: return .unlimited
    case 2: return .count(count)
    default: return nil
    }
  }
}

/// A number that is not 0: `1*DIGIT`.
struct NumberValue: SettingValue {
  var expected: ExpectedValue { .number(minimum: 1, orWord: nil) }

  func read(_ text: ArraySlice<UInt8>) -> UInt32? {
    Scalar.number(text).flatMap { UInt32(exactly: $0) }.flatMap { $0 > 0 ? $0 : nil }
  }

  func text(of value: UInt32) -> [UInt8] { Array("\(value)".utf8) }

  func store(_ value: UInt32, to bytes: inout [UInt8]) { LittleEndian.append(value, to: &bytes) }

  func load(_ bytes: inout ByteReader) -> UInt32? {
    let number = bytes.uint32()
    return number > 0 ? number : nil
  }
}

/// A share of 100: `1*DIGIT "%"`, from 1 % to 100 %.
struct PercentValue: SettingValue {
  private static let range: ClosedRange<UInt32> = 1...100

  var expected: ExpectedValue { .percent }

  func read(_ text: ArraySlice<UInt8>) -> UInt32? {
    guard text.last == Octets.percent else { return nil }
    return Scalar.number(text.dropLast()).flatMap { UInt32(exactly: $0) }.flatMap(Self.valid)
  }

  func text(of value: UInt32) -> [UInt8] { Array("\(value)%".utf8) }

  func store(_ value: UInt32, to bytes: inout [UInt8]) { LittleEndian.append(value, to: &bytes) }

  func load(_ bytes: inout ByteReader) -> UInt32? { Self.valid(bytes.uint32()) }

  private static func valid(_ number: UInt32) -> UInt32? { range.contains(number) ? number : nil }
}

/// A number that can be switched off: `1*DIGIT / "off"`, not 0.
struct ThresholdValue: SettingValue {
  var expected: ExpectedValue { .number(minimum: 1, orWord: "off") }

  func read(_ text: ArraySlice<UInt8>) -> UInt32?? {
    if Octets.matches(text, "off") { return .some(nil) }
    return NumberValue().read(text).map { .some($0) }
  }

  func text(of value: UInt32?) -> [UInt8] { Array((value.map { "\($0)" } ?? "off").utf8) }

  func store(_ value: UInt32?, to bytes: inout [UInt8]) {
    LittleEndian.append(value ?? 0, to: &bytes)
  }

  func load(_ bytes: inout ByteReader) -> UInt32?? {
    let number = bytes.uint32()
    return .some(number > 0 ? number : nil)
  }
}

/// A time, or until somebody orders otherwise: `1*DIGIT ("s" / "m" / "h" / "d")`, not 0.
struct TimeOrOrderValue: SettingValue {
  private static let order = "until resumed"

  var expected: ExpectedValue { .time(maximum: Scalar.maximumSeconds, orWords: Self.order) }

  func read(_ text: ArraySlice<UInt8>) -> UInt32?? {
    if Octets.matches(text, Self.order) { return .some(nil) }
    return Scalar.time(text).map { .some($0) }
  }

  func text(of value: UInt32?) -> [UInt8] {
    guard let value else { return Array(Self.order.utf8) }
    for (seconds, unit) in [(UInt32(86_400), "d"), (3_600, "h"), (60, "m")]
    where value % seconds == 0 {
      return Array("\(value / seconds)\(unit)".utf8)
    }
    return Array("\(value)s".utf8)
  }

  func store(_ value: UInt32?, to bytes: inout [UInt8]) {
    LittleEndian.append(value ?? 0, to: &bytes)
  }

  func load(_ bytes: inout ByteReader) -> UInt32?? {
    let seconds = bytes.uint32()
    guard seconds <= Scalar.maximumSeconds else { return nil }
    return .some(seconds > 0 ? seconds : nil)
  }
}

/// A number of bytes: `1*DIGIT ["K" / "M" / "G"]`, not 0.
///
/// 0 is none: to Postfix it means no limit, elsewhere no mail at all.
struct SizeValue: SettingValue {
  /// The greatest one.
  let maximum: UInt64

  /// A message_size_limit, at most 1 TiB.
  static var message: SizeValue { SizeValue(maximum: 1 << 40) }
  /// A header_size_limit, at most 64 MiB: the header section is held in memory.
  static var header: SizeValue { SizeValue(maximum: 64 << 20) }

  var expected: ExpectedValue { .size(minimum: 1, maximum: maximum) }

  func read(_ text: ArraySlice<UInt8>) -> UInt64? {
    Scalar.size(text).flatMap { $0 > 0 && $0 <= maximum ? $0 : nil }
  }

  func text(of value: UInt64) -> [UInt8] {
    for (shift, unit) in [(UInt64(30), "G"), (20, "M"), (10, "K")]
    where value > 0 && value & (1 << shift - 1) == 0 {
      return Array("\(value >> shift)\(unit)".utf8)
    }
    return Array("\(value)".utf8)
  }

  func store(_ value: UInt64, to bytes: inout [UInt8]) { LittleEndian.append(value, to: &bytes) }

  func load(_ bytes: inout ByteReader) -> UInt64? {
    let value = bytes.uint64()
    return value > 0 && value <= maximum ? value : nil
  }
}
