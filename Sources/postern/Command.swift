/// One subcommand: how it is called, what its help says, what it does.
struct Command: Sendable {
  /// A flag, `--name`; none takes a value.
  struct Flag: Sendable {
    let name: String
    let summary: String
  }

  /// The words that call it, for example `map build`; the second is empty for `check`.
  let group: String
  let name: String
  /// The operands as the synopsis shows them; empty = none.
  let operands: String
  /// How many operands it takes.
  let operandCount: ClosedRange<Int>
  let flags: [Flag]
  /// One line for the overview.
  let summary: String
  /// What its own help says besides.
  let details: String
  let run: @Sendable (Arguments) throws(ToolFailure) -> Void

  /// `postern map build`, as one types it.
  var call: String { name.isEmpty ? "postern \(group)" : "postern \(group) \(name)" }

  var synopsis: String {
    ([call] + flags.map { "[\($0.name)]" } + [operands]).filter { !$0.isEmpty }
      .joined(separator: " ")
  }

  var help: String {
    var text = "usage: \(synopsis)\n\n\(summary).\n\n\(details)\n"
    if !flags.isEmpty {
      text += "\n" + HelpText.aligned(flags.map { ($0.name, $0.summary) })
    }
    return text
  }
}

/// What follows the words of a subcommand.
struct Arguments: Sendable {
  /// The operands, as bytes: they name users.
  var operands: [[UInt8]] = []
  private var flags: Set<String> = []

  /// Whether a flag was given.
  func has(_ flag: String) -> Bool { flags.contains(flag) }

  /// Reads flags and operands in any order; `--` ends the flags.
  ///
  /// - Parameters:
  ///   - words: The words behind the subcommand.
  ///   - command: The subcommand.
  /// - Throws: `ToolFailure` of kind `usage`.
  init(_ words: ArraySlice<[UInt8]>, of command: Command) throws(ToolFailure) {
    var flagsEnded = false
    for word in words {
      if flagsEnded || word.first != UInt8(ascii: "-") || word.count == 1 {
        operands.append(word)
      } else if word == Array("--".utf8) {
        flagsEnded = true
      } else {
        try add(flag: HelpText.shown(word), of: command)
      }
    }
    guard command.operandCount.contains(operands.count) else {
      let fault = operands.count < command.operandCount.lowerBound ? "too few" : "too many"
      throw ToolFailure(.usage, "\(fault) operands; usage: \(command.synopsis)")
    }
  }

  private mutating func add(flag: String, of command: Command) throws(ToolFailure) {
    let names = command.flags.map(\.name)
    guard names.contains(flag) else {
      let suggestion = Suggestion.text(for: flag, among: names + ["--help"])
      throw ToolFailure(.usage, "\(command.call) has no option \(flag)\(suggestion)")
    }
    flags.insert(flag)
  }
}

/// Small things that help texts share.
enum HelpText {
  /// Two columns, indented.
  static func aligned(_ rows: [(String, String)]) -> String {
    let width = rows.map(\.0.count).max() ?? 0
    return rows.map { name, summary in
      "  \(name)\(String(repeating: " ", count: width - name.count))  \(summary)\n"
    }.joined()
  }

  /// A word of the command line, fit for a terminal.
  static func shown(_ word: [UInt8]) -> String {
    var text = ""
    for scalar in String(decoding: word.prefix(64), as: UTF8.self).unicodeScalars {
      let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
      text.unicodeScalars.append(isControl ? "?" : scalar)
    }
    return text
  }
}
