internal import InternetMessage

/// The reader of postern.cf, in the syntax of Postfix's main.cf without `$name`.
///
///     setting = name *WSP "=" *WSP value
package enum ConfigurationFile {
  /// The longest file in bytes: a thousand times a large one, and read at once in the drop-in.
  package static let maximumBytes = 1 << 20
  /// The longest logical line in bytes; it bounds what is kept of one value.
  package static let maximumLineBytes = 16_384

  /// Reads postern.cf.
  ///
  /// - Parameters:
  ///   - bytes: The file, at most `maximumBytes`.
  ///   - file: Its name, for the problems.
  /// - Returns: The settings, and all problems in the order of lines. Where there are problems, the
  ///   settings must not be used.
  /// - Complexity: Linear in the size of the file.
  package static func parse(
    _ bytes: [UInt8], file: String
  ) -> (configuration: Configuration, problems: [FileProblem]) {
    var reader = ConfigurationReader()
    guard bytes.count <= maximumBytes else {
      let fault = FileFault.fileTooLarge(limit: maximumBytes)
      return (reader.configuration, [FileProblem(file: file, line: 0, fault: fault)])
    }
    var problems: [FileProblem] = []
    var lines = LogicalLines(bytes, maximumBytes: maximumLineBytes)
    while let line = lines.next() {
      if let fault = line.fault ?? reader.read(line) {
        problems.append(FileProblem(file: file, line: line.number, fault: fault))
      }
    }
    return (reader.configuration, problems)
  }
}

/// Sets what the lines of postern.cf say.
private struct ConfigurationReader {
  var configuration = Configuration()
  let keys = ConfigurationKey.allCases

  init() {
    configuration.lines = Array(repeating: 0, count: keys.count)
  }

  /// Reads one logical line; returns what is wrong with it.
  mutating func read(_ line: LogicalLine) -> FileFault? {
    guard let equals = line.text.firstIndex(of: ASCII.equals) else {
      return .missingEquals(text: Array(line.text.prefix(64)))
    }
    let name = Words.trimmed(line.text[..<equals])
    let value = Words.trimmed(line.text[(equals + 1)...])
    guard let key = keys.first(where: { ASCII.matches(name, $0.rawValue) }) else {
      return .unknownName(Array(name.prefix(64)))
    }
    let firstLine = configuration.lines[key.index]
    guard firstLine == 0 else { return .repeatedName(Array(name), firstLine: firstLine) }
    configuration.lines[key.index] = line.number
    return set(key, to: value)
  }

  /// Sets one name; returns what is wrong with its value.
  private mutating func set(_ key: ConfigurationKey, to value: ArraySlice<UInt8>) -> FileFault? {
    switch key {
    case .sendmailPath:
      Self.assign(Scalar.absolutePath(value), to: &configuration.sendmailPath, key, value)
    case .quotaFile:
      Self.assign(Scalar.absolutePath(value), to: &configuration.quotaFile, key, value)
    case .mode: Self.assign(Scalar.word(value, as: Mode.self), to: &configuration.mode, key, value)
    case .exemptUsers: Self.assign(users(value), to: &configuration.exemptUsers, key, value)
    case .unlistedUsers:
      Self.assign(
        Scalar.word(value, as: UnlistedUsers.self), to: &configuration.unlistedUsers, key, value)
    case .defaultDomain: setDefaultDomain(value)
    case .recipientDelimiter:
      Self.assign(delimiter(value), to: &configuration.recipientDelimiter, key, value)
    case .fromPolicy:
      Self.assign(
        Scalar.word(value, as: FromPolicy.self), to: &configuration.fromPolicy, key, value)
    case .messagesPerHour:
      Self.assign(Scalar.limit(value), to: &configuration.limits.messagesPerHour, key, value)
    case .recipientsPerHour:
      Self.assign(Scalar.limit(value), to: &configuration.limits.recipientsPerHour, key, value)
    case .messagesPerDay:
      Self.assign(Scalar.limit(value), to: &configuration.limits.messagesPerDay, key, value)
    case .recipientsPerDay:
      Self.assign(Scalar.limit(value), to: &configuration.limits.recipientsPerDay, key, value)
    case .recipientsPerMessage:
      Self.assign(Scalar.limit(value), to: &configuration.limits.recipientsPerMessage, key, value)
    case .messageSizeLimit:
      Self.assign(Scalar.messageSize(value), to: &configuration.sizes.messageBytes, key, value)
    case .headerSizeLimit:
      Self.assign(Scalar.headerSize(value), to: &configuration.sizes.headerBytes, key, value)
    case .traceHeader: Self.assign(yesOrNo(value), to: &configuration.addsTraceHeader, key, value)
    case .handoff:
      Self.assign(Scalar.word(value, as: HandoffKind.self), to: &configuration.handoff, key, value)
    case .mailboxTables:
      Self.assign(tables(value), to: &configuration.mailboxTables, key, value)
    case .syslogFacility:
      Self.assign(
        Scalar.word(value, as: SyslogFacility.self), to: &configuration.syslogFacility, key, value)
    case .autoSuspendRefusals:
      Self.assign(Scalar.threshold(value), to: &configuration.autoSuspendRefusals, key, value)
    case .notify: Self.assign(Scalar.notifiees(value), to: &configuration.notify, key, value)
    }
  }

  /// Stores a value that could be read; returns the fault of one that could not.
  private static func assign<Value>(
    _ read: Value?, to setting: inout Value, _ key: ConfigurationKey, _ value: ArraySlice<UInt8>
  ) -> FileFault? {
    guard let read else { return key.fault(of: value) }
    setting = read
    return nil
  }

  private mutating func setDefaultDomain(_ value: ArraySlice<UInt8>) -> FileFault? {
    if value.isEmpty { return nil }
    guard let domain = DomainName.canonical(Array(value)) else {
      return ConfigurationKey.defaultDomain.fault(of: value)
    }
    configuration.defaultDomain = domain
    return nil
  }

  private func yesOrNo(_ value: ArraySlice<UInt8>) -> Bool? {
    if ASCII.matches(value, "yes") { return true }
    return ASCII.matches(value, "no") ? false : nil
  }

  /// Reads a list of users; an empty one means that nobody is exempt.
  private func users(_ value: ArraySlice<UInt8>) -> [SiteName]? {
    var words = Words(value)
    var names: [SiteName] = []
    while let word = words.next() {
      guard let name = SiteName(word) else { return nil }
      names.append(name)
    }
    return names
  }

  /// Reads a list of tables; an empty one means Postfix's own.
  private func tables(_ value: ArraySlice<UInt8>) -> [MailTable]? {
    var words = Words(value)
    var tables: [MailTable] = []
    while let word = words.next() {
      guard let table = MailTable(word) else { return nil }
      tables.append(table)
    }
    return tables
  }

  /// Reads the delimiters: punctuation that needs no quotes in a local part, letters and digits not,
  /// since every address would have an extension.
  private func delimiter(_ value: ArraySlice<UInt8>) -> [UInt8]? {
    let allowed = "+-=_#~/^".utf8
    return value.count <= 8 && value.allSatisfy(allowed.contains) ? Array(value) : nil
  }
}
