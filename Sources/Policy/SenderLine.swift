internal import InternetMessage

/// The reader of one entry of senders.
struct SenderLine {
  private var rules = SenderRules()
  private var givenOptions: [ConfigurationKey] = []
  private var givenDefault: AddrSpec?
  private var firstAddress: AddrSpec?
  private var isEmpty = true
  private var patternReader = PatternReader()

  /// Reads an entry.
  ///
  /// - Parameters:
  ///   - line: The logical line, without a fault of its own.
  ///   - faults: What is wrong is appended here, all of it.
  /// - Returns: The entry; nil if not even its user can be read.
  static func read(_ line: LogicalLine, faults: inout [FileFault]) -> UnresolvedEntry? {
    var words = Words(line.text)
    guard let user = words.next(), let site = SiteName(user) else {
      var again = Words(line.text)
      faults.append(.badUser(Array((again.next() ?? line.text).prefix(64))))
      return nil
    }
    var reader = SenderLine()
    reader.rules.patterns.reserveCapacity(line.text.count / 24)
    while let word = words.next() {
      reader.isEmpty = false
      if let fault = reader.add(word) { faults.append(fault) }
    }
    if reader.isEmpty { faults.append(.emptyEntry(user: site.written)) }
    reader.rules.defaultAddress = reader.givenDefault ?? reader.firstAddress
    return UnresolvedEntry(line: line.number, site: site, rules: reader.rules)
  }

  /// Adds one word; returns what is wrong with it.
  ///
  /// A word that begins with an option's name and `=` is that option. Any other word with `@` is an
  /// address, even if it holds `=`, which RFC 5322 allows in a local part.
  private mutating func add(_ word: ArraySlice<UInt8>) -> FileFault? {
    if ASCII.begins(word, with: Self.mailboxes) { return addMailboxes(word) }
    guard let equals = word.firstIndex(of: ASCII.equals) else { return addPattern(word) }
    let name = word[..<equals]
    let value = word[(equals + 1)...]
    if ASCII.matches(name, "default") { return setDefault(name, value) }
    if ASCII.matches(name, "suspended") { return setSuspended(name, value) }
    if let key = ConfigurationKey.siteOptions.first(where: { ASCII.matches(name, $0.rawValue) }) {
      if givenOptions.contains(key) { return .repeatedOption(Array(name)) }
      givenOptions.append(key)
      switch Self.unquoted(value) {
      case nil: return .unterminatedQuote(name: Array(name))
      case .some(let value): return set(key, to: value)
      }
    }
    if Self.isOption(word) { return .badPattern(Array(word.prefix(320)), .option) }
    return word.contains(ASCII.at) ? addPattern(word) : .unknownOption(Array(word.prefix(64)))
  }

  /// The options that are no parameters of postern.cf.
  private static let ownOptions = ["default", "suspended"]

  /// Tells whether a word begins with an option's name and "=", in whatever case.
  ///
  /// Names are written in small letters. In others the word is no address either: who wrote it meant the option, and
  /// the address in comparison form would be read as the option.
  static func isOption(_ word: ArraySlice<UInt8>) -> Bool {
    guard let equals = word.firstIndex(of: ASCII.equals) else { return false }
    let name = word[..<equals].map(ASCII.lowercased)[...]
    return (ownOptions + ConfigurationKey.siteOptions.map(\.rawValue)).contains {
      ASCII.matches(name, $0)
    }
  }

  private static let mailboxes = "mailboxes:"

  /// `mailboxes:DOMAIN`: every mailbox and alias that exists in a domain when the map is built.
  private mutating func addMailboxes(_ word: ArraySlice<UInt8>) -> FileFault? {
    let name = word.dropFirst(Self.mailboxes.utf8.count)
    guard let domain = DomainName.canonical(Array(name)) else {
      return .badPattern(Array(word.prefix(320)), .domain)
    }
    guard rules.mailboxDomains.count < SendersFile.maximumPatterns else {
      return .tooManyPatterns(limit: SendersFile.maximumPatterns)
    }
    rules.mailboxDomains.append(domain)
    return nil
  }

  private mutating func addPattern(_ word: ArraySlice<UInt8>) -> FileFault? {
    guard rules.patterns.count < SendersFile.maximumPatterns else {
      // Said once, not for every word that follows.
      defer { rules.patterns.append(.nullSender) }
      return rules.patterns.count == SendersFile.maximumPatterns
        ? .tooManyPatterns(limit: SendersFile.maximumPatterns) : nil
    }
    do {
      let (pattern, address) = try patternReader.read(word)
      rules.patterns.append(pattern)
      if firstAddress == nil { firstAddress = address }
      return nil
    } catch {
      return .badPattern(Array(word.prefix(320)), error.fault)
    }
  }

  private mutating func setDefault(
    _ name: ArraySlice<UInt8>, _ value: ArraySlice<UInt8>
  ) -> FileFault? {
    guard givenDefault == nil else { return .repeatedOption(Array(name)) }
    guard let text = Self.unquoted(value) else { return .unterminatedQuote(name: Array(name)) }
    if text.isEmpty { return .emptyValue(name: Array(name)) }
    guard let address = try? patternReader.read(text).address else {
      return .badValue(name: Array(name), value: Array(text.prefix(320)), expected: .address)
    }
    givenDefault = address
    return nil
  }

  private mutating func setSuspended(
    _ name: ArraySlice<UInt8>, _ value: ArraySlice<UInt8>
  ) -> FileFault? {
    guard rules.suspended == nil else { return .repeatedOption(Array(name)) }
    guard let text = Self.unquoted(value) else { return .unterminatedQuote(name: Array(name)) }
    if text.isEmpty { return .emptyValue(name: Array(name)) }
    guard text.count <= SendersFile.maximumReasonBytes else {
      return .badValue(
        name: Array(name), value: Array(text.prefix(64)),
        expected: .reason(maximum: SendersFile.maximumReasonBytes))
    }
    rules.suspended = Array(text)
    return nil
  }

  private mutating func set(
    _ key: ConfigurationKey, to value: ArraySlice<UInt8>
  ) -> FileFault? {
    switch key {
    case .mode: Self.assign(Scalar.word(value, as: Mode.self), to: &rules.mode, key, value)
    case .fromPolicy:
      Self.assign(Scalar.word(value, as: FromPolicy.self), to: &rules.fromPolicy, key, value)
    case .messageSizeLimit:
      Self.assign(Scalar.messageSize(value), to: &rules.messageBytes, key, value)
    case .headerSizeLimit:
      Self.assign(Scalar.headerSize(value), to: &rules.headerBytes, key, value)
    case .messagesPerHour:
      Self.assign(Scalar.limit(value), to: &rules.messagesPerHour, key, value)
    case .recipientsPerHour:
      Self.assign(Scalar.limit(value), to: &rules.recipientsPerHour, key, value)
    case .messagesPerDay: Self.assign(Scalar.limit(value), to: &rules.messagesPerDay, key, value)
    case .recipientsPerDay:
      Self.assign(Scalar.limit(value), to: &rules.recipientsPerDay, key, value)
    case .recipientsPerMessage:
      Self.assign(Scalar.limit(value), to: &rules.recipientsPerMessage, key, value)
    // Not among `siteOptions`.
    case .sendmailPath, .exemptUsers, .unlistedUsers, .defaultDomain, .recipientDelimiter,
      .traceHeader, .handoff, .quotaFile, .syslogFacility, .autoSuspendRefusals, .notify,
      .mailboxTables:
      .unknownOption(Array(key.rawValue.utf8))
    }
  }

  /// Stores a value that could be read; returns the fault of one that could not.
  private static func assign<Value>(
    _ read: Value?, to option: inout Value?, _ key: ConfigurationKey, _ value: ArraySlice<UInt8>
  ) -> FileFault? {
    option = read
    return read == nil ? key.fault(of: value) : nil
  }

  /// Returns a value without its quotes, nil if they are not closed or something follows them.
  private static func unquoted(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    guard value.first == ASCII.quote else { return value.contains(ASCII.quote) ? nil : value }
    let inner = value.dropFirst().dropLast()
    guard value.count >= 2, value.last == ASCII.quote, !inner.contains(ASCII.quote) else {
      return nil
    }
    return inner
  }
}
