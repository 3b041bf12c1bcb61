/// What follows the words of a subcommand.
struct Arguments: Sendable {
  /// The operands, as bytes: they name users and files.
  private(set) var operands: [[UInt8]] = []
  /// Whether only the help is wanted.
  private(set) var wantsHelp = false
  private var flags: Set<String> = []
  private var values: [String: [[UInt8]]] = [:]

  /// Of a command that was called with nothing.
  static let none = Arguments()

  private init() {}

  /// Whether an option was given.
  func has(_ flag: String) -> Bool { flags.contains(flag) }

  /// The value of an option, the last one if it was given more than once; nil = it was not given.
  func value(of flag: String) -> [UInt8]? { values[flag]?.last }

  /// The values of an option that may be given more than once.
  func values(of flag: String) -> [[UInt8]] { values[flag] ?? [] }

  /// Reads options and operands in any order; `--` ends the options.
  ///
  /// - Parameters:
  ///   - words: The words behind the subcommand.
  ///   - command: The subcommand.
  /// - Throws: `ToolFailure` of kind `usage`.
  init(_ words: ArraySlice<[UInt8]>, of command: Command) throws(ToolFailure) {
    var rest = words
    var flagsEnded = false
    while let word = rest.popFirst() {
      if !flagsEnded, Self.isHelp(word, of: command) {
        wantsHelp = true
        return
      } else if !flagsEnded, word == Array("--".utf8) {
        flagsEnded = true
      } else if flagsEnded || !Self.isOption(word, of: command) {
        operands.append(word)
        if command.operandsAreForeign { flagsEnded = true }
      } else {
        try add(option: word, of: command, &rest)
      }
    }
    try check(command)
  }

  private static func isHelp(_ word: [UInt8], of command: Command) -> Bool {
    // To the other program `-h` may mean something else.
    word == Array("--help".utf8) || (word == Array("-h".utf8) && !command.operandsAreForeign)
  }

  private static func isOption(_ word: [UInt8], of command: Command) -> Bool {
    command.operandsAreForeign
      ? word.starts(with: Array("--".utf8))
      : word.first == UInt8(ascii: "-") && word.count > 1
  }

  /// Takes `--name`, `--name VALUE` or `--name=VALUE`.
  private mutating func add(
    option word: [UInt8], of command: Command, _ rest: inout ArraySlice<[UInt8]>
  ) throws(ToolFailure) {
    let equals = word.firstIndex(of: UInt8(ascii: "="))
    let name = HelpText.shown(Array(word[..<(equals ?? word.endIndex)]))
    guard let flag = command.flags.first(where: { $0.name == name }) else {
      let suggestion = Suggestion.text(for: name, among: command.flags.map(\.name) + ["--help"])
      throw ToolFailure(.usage, "\(command.call) has no option \(name)\(suggestion)")
    }
    flags.insert(name)
    let joined = equals.map { Array(word[($0 + 1)...]) }
    guard flag.value != nil else {
      guard joined == nil else { throw ToolFailure(.usage, "\(name) takes no value") }
      return
    }
    guard let value = joined ?? rest.popFirst() else {
      throw ToolFailure(.usage, "\(flag.call): the value is missing")
    }
    values[name, default: []].append(value)
  }

  private func check(_ command: Command) throws(ToolFailure) {
    if let missing = command.flags.first(where: { $0.isRequired && !has($0.name) }) {
      throw ToolFailure(.usage, "\(missing.call) is missing; usage: \(command.synopsis)")
    }
    guard command.operandCount.contains(operands.count) else {
      let fault = operands.count < command.operandCount.lowerBound ? "too few" : "too many"
      throw ToolFailure(.usage, "\(fault) operands; usage: \(command.synopsis)")
    }
  }
}
