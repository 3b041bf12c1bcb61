internal import InternetMessage

/// An entry of senders.db ↔ bytes.
///
///     entry   = uid:u32 flags:u16 user login fullName      ; each string
///               fieldBytes:u16 *field                      ; see SettingFields
///               patternCount:u32 *pattern checksum:u64
///     flags   = 1 = exempt, 2 = listed
///     string  = length:u16 *OCTET
///     pattern = kind:u8 [string [string]]
///     kind    = 1 = *, 2 = <>, 3 = @domain, 4 = @.domain, 5 = local part and domain
enum SenderEntryCoding {
  private static let isExempt: UInt16 = 1
  private static let isListed: UInt16 = 2

  /// Appends an entry with its checksum.
  static func append(_ entry: SenderEntry, to bytes: inout [UInt8]) {
    let start = bytes.count
    LittleEndian.append(entry.uid, to: &bytes)
    let flags = (entry.isExempt ? isExempt : 0) | (entry.isListed ? isListed : 0)
    LittleEndian.append(flags, to: &bytes)
    LittleEndian.append(string: entry.user, to: &bytes)
    LittleEndian.append(string: entry.login, to: &bytes)
    LittleEndian.append(string: entry.fullName, to: &bytes)
    var fields: [UInt8] = []
    SettingFields.append(entry.rules, to: &fields)
    LittleEndian.append(string: fields, to: &bytes)
    LittleEndian.append(UInt32(truncatingIfNeeded: entry.rules.patterns.count), to: &bytes)
    for pattern in entry.rules.patterns { append(pattern, to: &bytes) }
    LittleEndian.append(Checksum.fnv1a(bytes, start..<bytes.count), to: &bytes)
  }

  /// Reads an entry.
  ///
  /// - Parameters:
  ///   - bytes: The entry with its checksum.
  ///   - uid: Whose it should be.
  /// - Returns: The entry.
  /// - Throws: What is wrong with it.
  static func decode(_ bytes: [UInt8], uid: UInt32) throws(SenderIndexFault) -> SenderEntry {
    let damage = SenderIndexFault.entryChecksum(uid: uid)
    let end = bytes.count - 8
    guard end >= 8, Checksum.fnv1a(bytes, 0..<end) == LittleEndian.uint64(bytes, at: end) else {
      throw damage
    }
    var reader = ByteReader(bytes, 0..<end)
    let stored = reader.uint32()
    let flags = reader.uint16()
    var entry = SenderEntry(uid: stored, user: reader.string())
    entry.login = reader.string()
    entry.fullName = reader.string()
    entry.isExempt = flags & isExempt != 0
    entry.isListed = flags & isListed != 0
    var fields = reader.part()
    do throws(SettingFault) {
      try SettingFields.load(&fields, into: &entry.rules)
    } catch {
      switch error {
      case .unknown(let code): throw .setting(code)
      case .damaged: throw damage
      }
    }
    let count = Int(reader.uint32())
    guard count <= SendersFile.maximumPatterns else { throw damage }
    entry.rules.patterns.reserveCapacity(count)
    for _ in 0..<count {
      guard let pattern = pattern(&reader) else { throw damage }
      entry.rules.patterns.append(pattern)
    }
    guard reader.isValidAndAtEnd, entry.uid == uid else { throw damage }
    return entry
  }

  private static func append(_ pattern: AddressPattern, to bytes: inout [UInt8]) {
    switch pattern {
    case .any: bytes.append(1)
    case .nullSender: bytes.append(2)
    case .domain(let domain):
      bytes.append(3)
      LittleEndian.append(string: domain, to: &bytes)
    case .subdomains(let domain):
      bytes.append(4)
      LittleEndian.append(string: domain, to: &bytes)
    case .address(let localPart, let domain):
      bytes.append(5)
      LittleEndian.append(string: localPart, to: &bytes)
      LittleEndian.append(string: domain, to: &bytes)
    }
  }

  private static func pattern(_ reader: inout ByteReader) -> AddressPattern? {
    switch reader.uint8() {
    case 1: .any
    case 2: .nullSender
    case 3: .domain(reader.string())
    case 4: .subdomains(reader.string())
    case 5: .address(localPart: reader.string(), domain: reader.string())
    default: nil
    }
  }
}
