internal import InternetMessage

/// An entry of senders.db ↔ bytes.
///
///     entry   = uid:u32 flags:u8 mode:u8 fromPolicy:u8 fields:u8
///               user login fullName suspended defaultLocal defaultDomain      ; each string
///               5 limit  messageBytes:u64 headerBytes:u64                     ; 0 = not set
///               patternCount:u32 *pattern checksum:u64
///     string  = length:u16 *OCTET
///     limit   = kind:u8 value:u32                       ; kind 0 = not set, 1 = unlimited, 2 = count
///     pattern = kind:u8 string [string]
enum SenderEntryCoding {
  private static let isExempt: UInt8 = 1
  private static let isListed: UInt8 = 2
  private static let hasSuspended: UInt8 = 1
  private static let hasDefault: UInt8 = 2

  /// Appends an entry with its checksum.
  static func append(_ entry: SenderEntry, to bytes: inout [UInt8]) {
    let start = bytes.count
    let rules = entry.rules
    LittleEndian.append(entry.uid, to: &bytes)
    bytes.append((entry.isExempt ? isExempt : 0) | (entry.isListed ? isListed : 0))
    bytes.append(code(of: rules.mode))
    bytes.append(code(of: rules.fromPolicy))
    bytes.append(
      (rules.suspended == nil ? 0 : hasSuspended) | (rules.defaultAddress == nil ? 0 : hasDefault))
    append(entry.user, to: &bytes)
    append(entry.login, to: &bytes)
    append(entry.fullName, to: &bytes)
    append(rules.suspended ?? [], to: &bytes)
    append(rules.defaultAddress?.localPart ?? [], to: &bytes)
    append(rules.defaultAddress?.domain ?? [], to: &bytes)
    append(rules.messagesPerHour, to: &bytes)
    append(rules.recipientsPerHour, to: &bytes)
    append(rules.messagesPerDay, to: &bytes)
    append(rules.recipientsPerDay, to: &bytes)
    append(rules.recipientsPerMessage, to: &bytes)
    LittleEndian.append(rules.messageBytes ?? 0, to: &bytes)
    LittleEndian.append(rules.headerBytes ?? 0, to: &bytes)
    LittleEndian.append(UInt32(truncatingIfNeeded: rules.patterns.count), to: &bytes)
    for pattern in rules.patterns { append(pattern, to: &bytes) }
    LittleEndian.append(Checksum.fnv1a(bytes, start..<bytes.count), to: &bytes)
  }

  /// Reads an entry, nil if anything about it is wrong.
  static func decode(_ bytes: [UInt8]) -> SenderEntry? {
    let end = bytes.count - 8
    guard end >= 8, Checksum.fnv1a(bytes, 0..<end) == LittleEndian.uint64(bytes, at: end) else {
      return nil
    }
    var reader = ByteReader(bytes, end: end)
    let uid = reader.uint32()
    let (flags, mode, fromPolicy, fields) = (
      reader.uint8(), reader.uint8(), reader.uint8(), reader.uint8()
    )
    var entry = SenderEntry(uid: uid, user: reader.string())
    entry.login = reader.string()
    entry.fullName = reader.string()
    entry.isExempt = flags & isExempt != 0
    entry.isListed = flags & isListed != 0
    entry.rules.mode = value(mode)
    entry.rules.fromPolicy = value(fromPolicy)
    let suspended = reader.string()
    if fields & hasSuspended != 0 { entry.rules.suspended = suspended }
    let address = AddrSpec(localPart: reader.string(), domain: reader.string())
    if fields & hasDefault != 0 { entry.rules.defaultAddress = address }
    entry.rules.messagesPerHour = reader.limit()
    entry.rules.recipientsPerHour = reader.limit()
    entry.rules.messagesPerDay = reader.limit()
    entry.rules.recipientsPerDay = reader.limit()
    entry.rules.recipientsPerMessage = reader.limit()
    entry.rules.messageBytes = reader.nonzero()
    entry.rules.headerBytes = reader.nonzero()
    let count = Int(reader.uint32())
    guard count <= SendersFile.maximumPatterns else { return nil }
    entry.rules.patterns.reserveCapacity(count)
    for _ in 0..<count {
      guard let pattern = reader.pattern() else { return nil }
      entry.rules.patterns.append(pattern)
    }
    return reader.isValidAndAtEnd ? entry : nil
  }

  /// 0 = not set, else the position among the cases plus one.
  private static func code<Value: CaseIterable & Equatable>(of value: Value?) -> UInt8 {
    guard let value else { return 0 }
    let position = Value.allCases.enumerated().first { $0.element == value }?.offset ?? 0
    return UInt8(truncatingIfNeeded: position + 1)
  }

  private static func value<Value: CaseIterable>(_ code: UInt8) -> Value? {
    code == 0 ? nil : Value.allCases.dropFirst(Int(code) - 1).first
  }

  private static func append(_ string: [UInt8], to bytes: inout [UInt8]) {
    // Every string is bounded where it is read; the cut only keeps the layout sound.
    let count = min(string.count, Int(UInt16.max))
    bytes.append(UInt8(truncatingIfNeeded: count))
    bytes.append(UInt8(truncatingIfNeeded: count >> 8))
    bytes.append(contentsOf: count == string.count ? string : Array(string[..<count]))
  }

  private static func append(_ limit: Limit?, to bytes: inout [UInt8]) {
    switch limit {
    case nil: bytes += [0, 0, 0, 0, 0]
    case .unlimited: bytes += [1, 0, 0, 0, 0]
    case .count(let count):
      bytes.append(2)
      LittleEndian.append(count, to: &bytes)
    }
  }

  private static func append(_ pattern: AddressPattern, to bytes: inout [UInt8]) {
    switch pattern {
    case .any: bytes.append(1)
    case .nullSender: bytes.append(2)
    case .domain(let domain):
      bytes.append(3)
      append(domain, to: &bytes)
    case .subdomains(let domain):
      bytes.append(4)
      append(domain, to: &bytes)
    case .address(let localPart, let domain):
      bytes.append(5)
      append(localPart, to: &bytes)
      append(domain, to: &bytes)
    }
  }
}

/// Reads values one after the other; what lies beyond the end reads as zero and is remembered.
private struct ByteReader {
  private let bytes: [UInt8]
  private let end: Int
  private var position = 0
  private var isValid = true

  init(_ bytes: [UInt8], end: Int) {
    self.bytes = bytes
    self.end = end
  }

  /// Whether everything read was there, and nothing is left.
  var isValidAndAtEnd: Bool { isValid && position == end }

  /// Consumes `count` bytes; returns where they begin, nil if they are not there.
  private mutating func take(_ count: Int) -> Int? {
    guard isValid, count <= end - position else {
      isValid = false
      return nil
    }
    defer { position += count }
    return position
  }

  mutating func uint8() -> UInt8 { take(1).map { bytes[$0] } ?? 0 }

  mutating func uint16() -> UInt16 { take(2).map { LittleEndian.uint16(bytes, at: $0) } ?? 0 }

  mutating func uint32() -> UInt32 { take(4).map { LittleEndian.uint32(bytes, at: $0) } ?? 0 }

  mutating func nonzero() -> UInt64? {
    let value = take(8).map { LittleEndian.uint64(bytes, at: $0) } ?? 0
    return value == 0 ? nil : value
  }

  mutating func string() -> [UInt8] {
    let count = Int(uint16())
    return take(count).map { Array(bytes[$0..<($0 + count)]) } ?? []
  }

  mutating func limit() -> Limit? {
    let kind = uint8()
    let count = uint32()
    switch kind {
    case 0: return nil
    case 1: return .unlimited
    case 2: return .count(count)
    default:
      isValid = false
      return nil
    }
  }

  mutating func pattern() -> AddressPattern? {
    switch uint8() {
    case 1: return .any
    case 2: return .nullSender
    case 3: return .domain(string())
    case 4: return .subdomains(string())
    case 5: return .address(localPart: string(), domain: string())
    default: return nil
    }
  }
}
