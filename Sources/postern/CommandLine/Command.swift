/// One subcommand: how it is called, what its help says, what it does.
struct Command: Sendable {
  /// An option, `--name` or `--name VALUE`.
  struct Flag: Sendable {
    let name: String
    /// What the synopsis shows for its value, for example `USER`; nil = it takes none.
    var value: String?
    /// Whether the command cannot do without it.
    var isRequired = false
    /// Whether it may be given more than once.
    var isRepeatable = false
    let summary: String

    /// The option as one types it.
    var call: String { value.map { "\(name) \($0)" } ?? name }
  }

  /// The words that call it, for example `map build`.
  let group: String
  /// Empty where the group is a single command, for example `explain`.
  let name: String
  /// The operands as the synopsis shows them; empty = none.
  let operands: String
  /// How many operands it takes.
  let operandCount: ClosedRange<Int>
  let flags: [Flag]
  /// Whether the operands are another program's command line: then they begin with the first word
  /// that is no option of this command, and may themselves begin with a dash.
  var operandsAreForeign = false
  /// One line for the overview.
  let summary: String
  /// What its own help says besides.
  let details: String
  let run: @Sendable (Arguments) throws(ToolFailure) -> Void

  /// `postern map build`, as one types it.
  var call: String { "postern \(words)" }

  /// The words behind `postern`.
  var words: String { name.isEmpty ? group : "\(group) \(name)" }

  var synopsis: String {
    let options = flags.map { flag in
      flag.isRequired ? flag.call : "[\(flag.call)]" + (flag.isRepeatable ? "..." : "")
    }
    return ([call] + options + [operands]).filter { !$0.isEmpty }.joined(separator: " ")
  }

  var help: String {
    var text = "usage: \(synopsis)\n\n\(summary).\n\n\(details)\n"
    if !flags.isEmpty {
      text += "\n" + HelpText.aligned(flags.map { ($0.call, $0.summary) })
    }
    return text
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
