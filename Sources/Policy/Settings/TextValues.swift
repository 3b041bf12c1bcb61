internal import InternetMessage

/// An absolute path: what execve(2) and open(2) can take.
///
/// Nothing in it asks for a shell or for the expansion of `$name`.
struct PathValue: SettingValue {
  var expected: ExpectedValue { .absolutePath(maximum: Scalar.pathBytes) }

  func read(_ text: ArraySlice<UInt8>) -> [UInt8]? { Scalar.absolutePath(text) }

  func text(of value: [UInt8]) -> [UInt8] { value }

  func store(_ value: [UInt8], to bytes: inout [UInt8]) { bytes += value }

  func load(_ bytes: inout ByteReader) -> [UInt8]? {
    let path = bytes.rest()
    return path.first == Octets.slash ? path : nil
  }
}

/// An absolute path, or nothing.
struct OptionalPathValue: SettingValue {
  var expected: ExpectedValue { .absolutePath(maximum: Scalar.pathBytes) }

  func read(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    text.isEmpty ? [] : Scalar.absolutePath(text)
  }

  func text(of value: [UInt8]) -> [UInt8] { value }

  func store(_ value: [UInt8], to bytes: inout [UInt8]) { bytes += value }

  func load(_ bytes: inout ByteReader) -> [UInt8]? { read(bytes.rest()[...]) }
}

/// A domain, or nothing.
struct DomainValue: SettingValue {
  var expected: ExpectedValue { .domain }

  func read(_ text: ArraySlice<UInt8>) -> [UInt8]?? {
    if text.isEmpty { return .some(nil) }
    return DomainName.canonical(Array(text)).map { .some($0) }
  }

  func text(of value: [UInt8]?) -> [UInt8] { value ?? [] }

  func store(_ value: [UInt8]?, to bytes: inout [UInt8]) { bytes += value ?? [] }

  func load(_ bytes: inout ByteReader) -> [UInt8]?? {
    let domain = bytes.rest()
    return .some(domain.isEmpty ? nil : domain)
  }
}

/// Delimiters: punctuation that needs no quotes in a local part.
///
/// Letters and digits are none, since every address would have an extension.
struct DelimiterValue: SettingValue {
  var expected: ExpectedValue { .delimiter }

  func read(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    text.count <= 8 && text.allSatisfy("+-=_#~/^".utf8.contains) ? Array(text) : nil
  }

  func text(of value: [UInt8]) -> [UInt8] { value }

  func store(_ value: [UInt8], to bytes: inout [UInt8]) { bytes += value }

  func load(_ bytes: inout ByteReader) -> [UInt8]? { bytes.rest() }
}

/// One address `local@domain`.
struct AddressValue: SettingValue {
  var expected: ExpectedValue { .address }

  func read(_ text: ArraySlice<UInt8>) -> AddrSpec? {
    var reader = PatternReader()
    return try? reader.read(text).address
  }

  func text(of value: AddrSpec) -> [UInt8] { value.written }

  func store(_ value: AddrSpec, to bytes: inout [UInt8]) {
    LittleEndian.append(string: value.localPart, to: &bytes)
    LittleEndian.append(string: value.domain ?? [], to: &bytes)
  }

  func load(_ bytes: inout ByteReader) -> AddrSpec? {
    AddrSpec(localPart: bytes.string(), domain: bytes.string())
  }
}

/// The name of users who share a quota.
///
///     group-name = 1*64(ALPHA / DIGIT / "." / "_" / "-")
struct QuotaGroupValue: SettingValue {
  var expected: ExpectedValue { .groupName(maximum: QuotaGroup.nameBytes) }

  func read(_ text: ArraySlice<UInt8>) -> QuotaGroup? {
    guard (1...QuotaGroup.nameBytes).contains(text.count),
      text.allSatisfy({ Octets.isAlphanumeric($0) || "._-".utf8.contains($0) })
    else { return nil }
    return QuotaGroup(name: Array(text))
  }

  func text(of value: QuotaGroup) -> [UInt8] { value.name }

  func store(_ value: QuotaGroup, to bytes: inout [UInt8]) { bytes += value.name }

  func load(_ bytes: inout ByteReader) -> QuotaGroup? { read(bytes.rest()[...]) }
}

/// A line of text for people.
struct ReasonValue: SettingValue {
  /// The longest reason of a suspension in bytes; it must fit into one line on stderr.
  static let maximumBytes = 200

  var expected: ExpectedValue { .reason(maximum: Self.maximumBytes) }

  func read(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    !text.isEmpty && text.count <= Self.maximumBytes ? Array(text) : nil
  }

  func text(of value: [UInt8]) -> [UInt8] { value }

  func store(_ value: [UInt8], to bytes: inout [UInt8]) { bytes += value }

  func load(_ bytes: inout ByteReader) -> [UInt8]? { bytes.rest() }
}
