internal import InternetMessage

/// An account of the machine, as the resolver of names knows it.
package struct ResolvedAccount: Sendable, Equatable {
  /// The UID.
  package var uid: UInt32
  /// The login name.
  package var login: [UInt8]
  /// The full name, empty if there is none.
  package var fullName: [UInt8]

  /// Creates an account.
  package init(uid: UInt32, login: [UInt8], fullName: [UInt8] = []) {
    self.uid = uid
    self.login = login
    self.fullName = fullName
  }
}

/// What Postfix says that Postern must know at the build.
package struct PostfixFacts: Sendable, Equatable {
  /// `myorigin`; `nil` = unknown.
  package var origin: [UInt8]?
  /// `message_size_limit` in bytes; `nil` = none, or unknown.
  package var messageBytes: UInt64?

  /// Creates a description of Postfix.
  package init(origin: [UInt8]? = nil, messageBytes: UInt64? = nil) {
    self.origin = origin
    self.messageBytes = messageBytes
  }
}

/// Compiles postern.cf and senders: resolves users to UIDs and writes senders.db.
package struct SenderIndexBuilder {
  /// The longest full name that is kept, in bytes.
  private static let fullNameBytes = 256

  /// The settings as they will be in force.
  package private(set) var configuration: Configuration
  private let file: ConfigurationFile
  private let postfix: PostfixFacts
  private let resolve: (UserName) -> ResolvedAccount?
  /// The entries as they will be in force.
  package private(set) var entries: [SenderEntry] = []
  private var lines: [Int] = []
  private var positions: [UInt32: Int] = [:]
  private var groups: [UInt32: QuotaGroup] = [:]

  /// What was found wrong so far.
  ///
  /// Where there is anything, nothing may be written.
  package private(set) var problems: [FileProblem] = []

  /// Creates a builder.
  ///
  /// - Parameters:
  ///   - file: postern.cf.
  ///   - postfix: Its myorigin is for where `default_domain` is not set; a message that is larger
  ///     than its message_size_limit would be refused by Postfix after all.
  ///   - resolve: Finds the account of a login name or UID, nil if there is none. Where several
  ///     accounts share a UID, it must answer with the first, as getpwuid(3) does.
  package init(
    file: ConfigurationFile, postfix: PostfixFacts,
    resolve: @escaping (UserName) -> ResolvedAccount?
  ) {
    self.file = file
    self.postfix = postfix
    self.resolve = resolve
    configuration = file.configuration
    configuration.defaultDomain =
      configuration.defaultDomain ?? postfix.origin.flatMap { DomainName.canonical($0) }
    configuration.postfixMessageBytes = postfix.messageBytes
    configuration.sizes.messageBytes = bounded(configuration.sizes.messageBytes)
    if configuration.defaultDomain == nil {
      let line = file.line(of: "default_domain") ?? 0
      problems.append(FileProblem(file: file.name, line: line, fault: .noDefaultDomain))
    }
  }

  /// A size limit, at most Postfix's own.
  private func bounded(_ bytes: UInt64) -> UInt64 { min(bytes, postfix.messageBytes ?? .max) }

  /// Adds the entries of senders.
  ///
  /// - Parameters:
  ///   - unresolved: The entries.
  ///   - file: The file's name, for the problems.
  package mutating func add(_ unresolved: [UnresolvedEntry], file: String) {
    entries.reserveCapacity(unresolved.count)
    lines.reserveCapacity(unresolved.count)
    positions.reserveCapacity(unresolved.count)
    for entry in unresolved { add(entry, file: file) }
  }

  private mutating func add(_ unresolved: UnresolvedEntry, file: String) {
    let user = unresolved.site.written
    guard let account = account(of: unresolved.site) else {
      problems.append(
        FileProblem(file: file, line: unresolved.line, fault: .unknownUser(user)))
      return
    }
    if let other = positions[account.uid] {
      let fault = FileFault.sameUID(
        account.uid, user: user, otherUser: entries[other].user, otherLine: lines[other])
      problems.append(FileProblem(file: file, line: unresolved.line, fault: fault))
      return
    }
    var rules = unresolved.rules
    rules.messageBytes = rules.messageBytes.map(bounded)
    if let group = rules.quotaGroup, let other = groups.updateValue(group, forKey: group.recordUID),
      other != group
    {
      let fault = FileFault.sameRecord(group: group.name, other: other.written)
      problems.append(FileProblem(file: file, line: unresolved.line, fault: fault))
    }
    append(
      SenderEntry(
        uid: account.uid, user: user, login: account.login, fullName: account.fullName,
        rules: rules), line: unresolved.line)
  }

  /// Adds the users of `exempt_users`, after the entries of senders.
  package mutating func addExemptUsers() {
    for site in configuration.exemptUsers {
      guard let account = account(of: site) else {
        let line = file.line(of: "exempt_users") ?? 0
        let fault = FileFault.unknownUser(site.written)
        problems.append(FileProblem(file: file.name, line: line, fault: fault))
        continue
      }
      if let position = positions[account.uid] {
        entries[position].isExempt = true
      } else {
        append(
          SenderEntry(
            uid: account.uid, user: site.written, login: account.login,
            fullName: account.fullName, isExempt: true, isListed: false), line: 0)
      }
    }
  }

  /// Adds all other accounts of the machine, if `unlisted_users = login`; to be called last.
  ///
  /// - Parameter accounts: The accounts, in the order of the user database.
  package mutating func addUnlisted(_ accounts: [ResolvedAccount]) {
    guard configuration.unlistedUsers == .login else { return }
    var reader = PatternReader()
    for account in accounts where positions[account.uid] == nil {
      // A login that is no local part in its plain form gets an entry that permits nothing.
      var rules = SenderRules()
      let word = account.login + [Octets.at] + (configuration.defaultDomain ?? [])
      if let (pattern, address) = try? reader.read(word[...]) {
        rules.patterns = [pattern]
        rules.defaultAddress = address
      }
      append(
        SenderEntry(
          uid: account.uid, user: account.login, login: account.login,
          fullName: Array(account.fullName.prefix(Self.fullNameBytes)), isListed: false,
          rules: rules), line: 0)
    }
  }

  private mutating func append(_ entry: SenderEntry, line: Int) {
    positions[entry.uid] = entries.count
    entries.append(entry)
    lines.append(line)
  }

  /// Returns the account of a user; a UID needs none.
  private func account(of site: UserName) -> ResolvedAccount? {
    var found = resolve(site)
    if case .uid(let uid) = site { found = found ?? ResolvedAccount(uid: uid, login: []) }
    guard var account = found else { return nil }
    account.fullName = Array(account.fullName.prefix(Self.fullNameBytes))
    return account
  }

  /// Writes senders.db into memory.
  ///
  /// - Parameters:
  ///   - source: What it is built from.
  ///   - file: The name of senders, for the problems.
  /// - Returns: The file; nil if there are problems.
  package mutating func build(from source: SenderIndexHeader.Source, file: String) -> [UInt8]? {
    var settings: [UInt8] = []
    SettingFields.append(configuration, to: &settings)
    var header = SenderIndexHeader(
      source: source, hasPostfixDomain: self.file.configuration.defaultDomain == nil,
      entryCount: entries.count, slotCount: 0, slotsOffset: 0, fileBytes: 0,
      settingsBytes: settings.count)
    var bytes: [UInt8] = []
    // A guess at the size; room that is not used is never touched.
    bytes.reserveCapacity(entries.reduce(1 << 18) { $0 + 256 + 48 * $1.rules.patterns.count })
    bytes += Array(repeating: 0, count: header.settingsEnd)
    let places = appendEntries(to: &bytes, file: file)
    for (record, group) in groups {
      guard let position = positions[record] else { continue }
      let fault = FileFault.sameRecord(group: group.name, other: entries[position].user)
      problems.append(FileProblem(file: file, line: lines[position], fault: fault))
    }
    guard let (slots, slotCount) = SlotTable.arrange(places) else {
      problems.append(
        FileProblem(
          file: file, line: 0, fault: .fileTooLarge(limit: SenderIndexFormat.maximumSlots)))
      return nil
    }
    guard problems.isEmpty else { return nil }
    header.slotsOffset = UInt64(bytes.count)
    header.slotCount = slotCount
    for slot in slots { slot.append(to: &bytes) }
    header.fileBytes = UInt64(bytes.count)
    var head = header.encoded + settings
    LittleEndian.append(Checksum.fnv1a(head), to: &head)
    bytes.replaceSubrange(..<head.count, with: head)
    return bytes
  }

  /// Appends all entries; returns the slots that point to them.
  private mutating func appendEntries(
    to bytes: inout [UInt8], file: String
  ) -> [SenderIndexFormat.Slot] {
    var places: [SenderIndexFormat.Slot] = []
    places.reserveCapacity(entries.count)
    for (position, entry) in entries.enumerated() {
      let start = bytes.count
      SenderEntryCoding.append(entry, to: &bytes)
      let count = bytes.count - start
      if count > SenderIndexFormat.maximumEntryBytes {
        let fault = FileFault.entryTooLarge(limit: SenderIndexFormat.maximumEntryBytes)
        problems.append(FileProblem(file: file, line: lines[position], fault: fault))
      }
      places.append(
        SenderIndexFormat.Slot(
          uid: entry.uid, byteCount: UInt32(truncatingIfNeeded: count), offset: UInt64(start)))
    }
    return places
  }
}

/// The table of slots.
private enum SlotTable {
  /// Places slots so that each lies within the window of its home.
  ///
  /// - Returns: The table and its number of homes; nil if there are too many users.
  static func arrange(
    _ places: [SenderIndexFormat.Slot]
  ) -> (slots: [SenderIndexFormat.Slot], slotCount: Int)? {
    var slotCount = 64
    while slotCount < places.count * 2 { slotCount *= 2 }
    while slotCount <= SenderIndexFormat.maximumSlots {
      if let slots = fill(places, slotCount: slotCount) { return (slots, slotCount) }
      slotCount *= 2
    }
    return nil
  }

  private static func fill(
    _ places: [SenderIndexFormat.Slot], slotCount: Int
  ) -> [SenderIndexFormat.Slot]? {
    var slots = Array(
      repeating: SenderIndexFormat.Slot.empty, count: SenderIndexFormat.storedSlots(slotCount))
    for place in places {
      let home = SenderIndexFormat.home(place.uid, slotCount: slotCount)
      let window = home..<(home + SenderIndexFormat.windowSlots)
      guard let free = window.first(where: { slots[$0] == .empty }) else { return nil }
      slots[free] = place
    }
    return slots
  }
}
