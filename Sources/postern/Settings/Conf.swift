internal import Policy
internal import Submission

/// `postern conf`: the settings in force, in the manner of postconf(1).
enum Conf {
  static let command = Command(
    group: "conf", name: "", operands: "[NAME]", operandCount: 0...1,
    flags: [Command.Flag(name: "-n", summary: "only those that differ from the default")],
    summary: "Show the settings in force",
    details: """
      Prints 'name = value' lines: all parameters of postern.cf(5), or one. They are those of senders.db, which the last
      'postern map build' or 'postern set' has put in force; 'postern check' tells whether postern.cf says something else.
      default_domain and message_size_limit are shown as Postfix's own settings made them.
      """,
    run: run)

  private static func run(_ arguments: Arguments) throws(ToolFailure) {
    let setup = try Setup.current()
    try setup.requireAdministrator(command.call)
    let map = try setup.readMap()
    var settings = Setting.parameters.sorted { $0.name < $1.name }
    if let name = arguments.operands.first { settings = [try SettingName.find(name)] }
    if arguments.has("-n") { settings.removeAll { isDefault($0, map) } }
    let lines = settings.map { setting in
      let value = Diagnostics.shown(setting.text(in: map.configuration), limit: .max)
      return value.isEmpty ? "\(setting.name) =\n" : "\(setting.name) = \(value)\n"
    }
    try Output.write(lines.joined())
  }

  /// Postfix's myorigin is the default of `default_domain`.
  private static func isDefault(_ setting: Setting, _ map: MapContents) -> Bool {
    if setting.name == "default_domain", map.header.hasPostfixDomain { return true }
    return setting.text(in: map.configuration) == setting.defaultText
  }
}

/// The name of a parameter on the command line.
enum SettingName {
  /// A word without the blanks around it.
  static func trimmed(_ word: ArraySlice<UInt8>) -> [UInt8] {
    let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
    return word.drop(while: isBlank).reversed().drop(while: isBlank).reversed()
  }

  /// Finds the parameter of that name.
  static func find(_ name: [UInt8]) throws(ToolFailure) -> Setting {
    if let setting = Setting.parameter(named: name[...]) { return setting }
    let shown = HelpText.shown(name)
    let suggestion = Suggestion.text(for: shown, among: Setting.parameters.map(\.name))
    throw ToolFailure(.failed, "there is no parameter '\(shown)'\(suggestion)")
  }
}
