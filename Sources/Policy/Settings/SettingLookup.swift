internal import InternetMessage

/// What the table is for: both files, senders.db, and whoever shows settings.
extension Setting {
  /// Finds a parameter of postern.cf by its name.
  package static func parameter(named name: ArraySlice<UInt8>) -> Setting? {
    parameters.first { Octets.matches(name, $0.name) }
  }

  /// Finds an option of senders by its name.
  package static func option(named name: ArraySlice<UInt8>) -> Setting? {
    options.first { Octets.matches(name, $0.name) }
  }

  /// The default of a parameter as postern.cf would set it; empty = it is no value.
  package var defaultText: [UInt8] { text(in: Configuration()) }

  /// Whether postern.cf can set it.
  package var isParameter: Bool { parameter != nil }

  /// Whether an entry of senders can set it.
  package var isOption: Bool { option != nil }

  /// Returns the value of a parameter as postern.cf would set it.
  ///
  /// - Parameter configuration: The configuration.
  /// - Returns: The text; empty for what only an entry can set.
  package func text(in configuration: Configuration) -> [UInt8] {
    parameter.flatMap { SettingCoder.text(in: configuration, $0) } ?? []
  }

  /// Returns the value of an option as senders would set it, without quotes.
  ///
  /// - Parameter rules: The rules of an entry.
  /// - Returns: The text; `nil` = the entry does not set it.
  package func text(in rules: SenderRules) -> [UInt8]? {
    option.flatMap { SettingCoder.text(in: rules, $0) }
  }

  /// Reads the value of a parameter; returns what is wrong with it.
  func read(_ text: ArraySlice<UInt8>, into configuration: inout Configuration) -> FileFault? {
    guard let parameter else { return .unknownName(Array(name.utf8)) }
    return SettingCoder.read(text, into: &configuration, parameter).map { fault(of: text, $0) }
  }

  /// Reads the value of an option; returns what is wrong with it.
  func read(_ text: ArraySlice<UInt8>, into rules: inout SenderRules) -> FileFault? {
    guard let option else { return .unknownOption(Array(name.utf8)) }
    return SettingCoder.read(text, into: &rules, option).map { fault(of: text, $0) }
  }

  private func fault(of text: ArraySlice<UInt8>, _ expected: ExpectedValue) -> FileFault {
    let name = Array(name.utf8)
    if text.isEmpty { return .emptyValue(name: name) }
    return .badValue(name: name, value: Array(text.prefix(128)), expected: expected)
  }
}
