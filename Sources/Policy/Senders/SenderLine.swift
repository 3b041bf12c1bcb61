internal import InternetMessage

/// The reader of one entry of senders.
struct SenderLine {
  private var rules = SenderRules()
  private var givenOptions: [UInt16] = []
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
    guard let user = words.next(), let site = UserName(user) else {
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
    reader.rules.defaultAddress = reader.rules.defaultAddress ?? reader.firstAddress
    return UnresolvedEntry(line: line.number, site: site, rules: reader.rules)
  }

  /// Adds one word; returns what is wrong with it.
  ///
  /// A word that begins with an option's name and `=` is that option. Any other word with `@` is an
  /// address, even if it holds `=`, which RFC 5322 allows in a local part.
  private mutating func add(_ word: ArraySlice<UInt8>) -> FileFault? {
    if Octets.begins(word, with: Self.mailboxes) { return addMailboxes(word) }
    guard let equals = word.firstIndex(of: Octets.equals) else { return addPattern(word) }
    let name = word[..<equals]
    let value = word[(equals + 1)...]
    if let setting = Setting.option(named: name) {
      if givenOptions.contains(setting.code) { return .repeatedOption(Array(name)) }
      givenOptions.append(setting.code)
      guard let text = Self.unquoted(value) else { return .unterminatedQuote(name: Array(name)) }
      return setting.read(text, into: &rules)
    }
    if Self.isOption(word) { return .badPattern(Array(word.prefix(320)), .option) }
    return word.contains(Octets.at) ? addPattern(word) : .unknownOption(Array(word.prefix(64)))
  }

  /// Tells whether a word begins with an option's name and "=", in whatever case.
  ///
  /// Names are written in small letters. In others the word is no address either: who wrote it
  /// meant the option, and the address in comparison form would be read as the option.
  static func isOption(_ word: ArraySlice<UInt8>) -> Bool {
    guard let equals = word.firstIndex(of: Octets.equals) else { return false }
    return Setting.option(named: word[..<equals].map(Octets.lowercased)[...]) != nil
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

  /// Returns a value without its quotes, nil if they are not closed or something follows them.
  private static func unquoted(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    guard value.first == Octets.quote else { return value.contains(Octets.quote) ? nil : value }
    let inner = value.dropFirst().dropLast()
    guard value.count >= 2, value.last == Octets.quote, !inner.contains(Octets.quote) else {
      return nil
    }
    return inner
  }
}
