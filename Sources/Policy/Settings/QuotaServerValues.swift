internal import InternetMessage

/// Where a server listens, or nothing.
///
///     quota-server = "unix:" absolute-path / "inet:" ( IPv4 / "[" IPv6 "]" ) ":" port
struct QuotaServerValue: SettingValue {
  /// The longest path of a socket: sun_path has 108 bytes, the last of them NUL.
  private static let pathBytes = 107

  var expected: ExpectedValue { .serverAddress }

  func read(_ text: ArraySlice<UInt8>) -> QuotaServerAddress?? {
    if text.isEmpty { return .some(nil) }
    if Octets.begins(text, with: "unix:") {
      guard let path = Scalar.absolutePath(text.dropFirst(5)), path.count <= Self.pathBytes else {
        return nil
      }
      return .some(.unix(path: path))
    }
    guard Octets.begins(text, with: "inet:") else { return nil }
    var host = text.dropFirst(5)
    guard let colon = host.lastIndex(of: 0x3A), let port = Self.port(host[(colon + 1)...]) else {
      return nil
    }
    host = host[..<colon]
    if host.first == 0x5B, host.last == 0x5D {
      host = host.dropFirst().dropLast()
      return NumericAddress.isIPv6(host) ? .some(.inet(address: Array(host), port: port)) : nil
    }
    return NumericAddress.isIPv4(host) ? .some(.inet(address: Array(host), port: port)) : nil
  }

  private static func port(_ text: ArraySlice<UInt8>) -> UInt16? {
    guard text.count <= 5 else { return nil }
    return Scalar.number(text).flatMap { UInt16(exactly: $0) }.flatMap { $0 > 0 ? $0 : nil }
  }

  func text(of value: QuotaServerAddress?) -> [UInt8] {
    switch value {
    case nil: return []
    case .unix(let path): return [UInt8]("unix:".utf8) + path
    case .inet(let address, let port):
      let isIPv6 = address.contains(0x3A)
      var text = [UInt8]((isIPv6 ? "inet:[" : "inet:").utf8) + address
      if isIPv6 { text.append(0x5D) }
      return text + [UInt8](":\(port)".utf8)
    }
  }

  func store(_ value: QuotaServerAddress?, to bytes: inout [UInt8]) { bytes += text(of: value) }

  func load(_ bytes: inout ByteReader) -> QuotaServerAddress?? { read(bytes.rest()[...]) }
}

extension QuotaServerAddress {
  /// Reads an address as postern.cf writes it; nil = it is none.
  package init?(_ text: ArraySlice<UInt8>) {
    guard let read = QuotaServerValue().read(text), let address = read else { return nil }
    self = address
  }

  /// As postern.cf writes it.
  package var written: [UInt8] { QuotaServerValue().text(of: self) }
}

/// Addresses in numbers, as inet_pton(3) takes them.
enum NumericAddress {
  /// Four numbers from 0 to 255 without leading zeros.
  static func isIPv4(_ text: ArraySlice<UInt8>) -> Bool {
    let parts = text.split(separator: 0x2E, omittingEmptySubsequences: false)
    return parts.count == 4
      && parts.allSatisfy { part in
        guard part.count <= 3, let number = Scalar.number(part), number <= 255 else { return false }
        return part.count == 1 || part.first != 0x30
      }
  }

  /// Eight groups of one to four hexadecimal digits, or fewer with `::` once; no IPv4 at its end,
  /// no zone.
  static func isIPv6(_ text: ArraySlice<UInt8>) -> Bool {
    // Empty parts stand where `::` does: in the middle one, at an end two.
    var parts = text.split(separator: 0x3A, omittingEmptySubsequences: false)[...]
    if parts.count > 2, parts.first?.isEmpty == true, parts[parts.startIndex + 1].isEmpty {
      parts = parts.dropFirst()
    }
    if parts.count > 1, parts.last?.isEmpty == true, parts[parts.endIndex - 2].isEmpty {
      parts = parts.dropLast()
    }
    let gaps = parts.reduce(0) { $0 + ($1.isEmpty ? 1 : 0) }
    let hasGap = zip(text, text.dropFirst()).contains { $0 == 0x3A && $1 == 0x3A }
    guard hasGap ? gaps == 1 && parts.count <= 8 : gaps == 0 && parts.count == 8 else {
      return false
    }
    return parts.allSatisfy { $0.count <= 4 && $0.allSatisfy(isHexadecimal) }
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    Octets.digit(byte) != nil || (0x41...0x46).contains(byte & 0xDF)
  }
}

/// The name of an account of the server: printable ASCII without blanks.
struct ServerUserValue: SettingValue {
  private static let maximumBytes = 64

  var expected: ExpectedValue { .groupName(maximum: Self.maximumBytes) }

  func read(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    guard (1...Self.maximumBytes).contains(text.count),
      text.allSatisfy({ Octets.isAlphanumeric($0) || "._-".utf8.contains($0) })
    else { return nil }
    return Array(text)
  }

  func text(of value: [UInt8]) -> [UInt8] { value }

  func store(_ value: [UInt8], to bytes: inout [UInt8]) { bytes += value }

  func load(_ bytes: inout ByteReader) -> [UInt8]? { read(bytes.rest()[...]) }
}

/// How long is waited: `1*DIGIT ("ms" / "s")`, from 10 ms to 5 s.
///
/// Five seconds: a user's next message waits ten for the record.
struct TimeoutValue: SettingValue {
  private static let bounds: ClosedRange<UInt32> = 10...5_000

  var expected: ExpectedValue {
    .timeout(minimum: Self.bounds.lowerBound, maximum: Self.bounds.upperBound)
  }

  func read(_ text: ArraySlice<UInt8>) -> UInt32? {
    guard text.last == 0x73 else { return nil }
    let isMilliseconds = text.dropLast().last == 0x6D
    guard let number = Scalar.number(text.dropLast(isMilliseconds ? 2 : 1)), number <= 5_000 else {
      return nil
    }
    let milliseconds = UInt32(number) * (isMilliseconds ? 1 : 1_000)
    return Self.bounds.contains(milliseconds) ? milliseconds : nil
  }

  func text(of value: UInt32) -> [UInt8] {
    Array((value % 1_000 == 0 ? "\(value / 1_000)s" : "\(value)ms").utf8)
  }

  func store(_ value: UInt32, to bytes: inout [UInt8]) { LittleEndian.append(value, to: &bytes) }

  func load(_ bytes: inout ByteReader) -> UInt32? {
    let value = bytes.uint32()
    return Self.bounds.contains(value) ? value : nil
  }
}

/// A percentage from 0 to 100.
struct PercentageValue: SettingValue {
  var expected: ExpectedValue { .percentage }

  func read(_ text: ArraySlice<UInt8>) -> UInt32? {
    Scalar.number(text).flatMap { $0 <= 100 ? UInt32($0) : nil }
  }

  func text(of value: UInt32) -> [UInt8] { Array("\(value)".utf8) }

  func store(_ value: UInt32, to bytes: inout [UInt8]) { LittleEndian.append(value, to: &bytes) }

  func load(_ bytes: inout ByteReader) -> UInt32? {
    let value = bytes.uint32()
    return value <= 100 ? value : nil
  }
}
