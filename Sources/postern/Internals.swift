internal import Policy
internal import Submission

/// `postern internals TABLE`: prints what a table of the program holds, for the checks of the
/// documents (Tests/Checks): one row a line, fields separated by TAB.
///
/// No help, completion or manual names it, and its output is no contract.
enum Internals {
  /// A table by its name, and its rows.
  private struct Table: Sendable {
    let name: String
    let rows: @Sendable () -> [[String]]
  }

  private static let tables: [Table] = [
    Table(name: "parameters") {
      Setting.parameters.map {
        [$0.name, String(decoding: $0.defaultText, as: UTF8.self), $0.meaning]
      }
    },
    Table(name: "sample") {
      SampleFile.text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map {
        [String($0)]
      }
    },
    Table(name: "site-options") { SendersFile.options.map { [$0] } },
    Table(name: "reason-codes") {
      ReasonCode.allCases.map { [$0.rawValue, "\($0.exitStatus)"] }
    },
    Table(name: "verdicts") { DecisionVerdict.allCases.map { [$0.rawValue] } },
    Table(name: "decision-keys") { DecisionKey.allCases.map { [$0.rawValue] } },
    Table(name: "event-keys") { EventKey.allCases.map { [$0.rawValue] } },
    Table(name: "findings") { FindingCode.allCases.map { [$0.rawValue, $0.severity.rawValue] } },
    Table(name: "explanation") { ExplanationPart.allCases.map { [$0.rawValue] } },
    Table(name: "row") { [[String(decoding: sampleRow.json, as: UTF8.self)]] },
    Table(name: "sendmail-options", rows: sendmailOptions),
  ]

  static let command = Command(
    group: "internals", name: "", operands: tables.map(\.name).joined(separator: "|"),
    operandCount: 1...1, flags: [],
    summary: "Print a table of the program for the checks of the documents",
    details: "One row a line, fields separated by TAB. No contract: it changes with the program.",
    run: run)

  private static func run(_ arguments: Arguments) throws(ToolFailure) {
    let name = HelpText.shown(arguments.operands[0])
    guard let table = tables.first(where: { $0.name == name }) else {
      throw ToolFailure(.usage, "there is no table '\(name)'; usage: \(command.synopsis)")
    }
    try Output.write(table.rows().map { $0.joined(separator: "\t") + "\n" }.joined())
  }

  /// A row of a user without limits who has sent nothing; names and order are those of every row.
  private static var sampleRow: QuotaRow {
    QuotaRow(
      uid: 0, user: Array("uid:0".utf8), entry: nil, configuration: Configuration(),
      usage: Usage(now: 0), suspension: nil, now: 0)
  }

  /// Each option of sendmail(1) with what becomes of it: `value`, `flag`, `ignored` or `refused`;
  /// those of `-b` and `-o`, whose first letter is an option of its own, as the reader of the
  /// command line takes them.
  @Sendable private static func sendmailOptions() -> [[String]] {
    let letters = SendmailOptions.table.filter { $0.meaning != .mode && $0.meaning != .other }
    return letters.map { [String(Unicode.Scalar($0.letter)), use(of: $0)] }
      + words(of: "b") + words(of: "o")
  }

  private static func use(of option: SendmailOption) -> String {
    switch option.meaning {
    case .ignored: "ignored"
    case .refused, .rebuildAliases: "refused"
    default: option.takesValue ? "value" : "flag"
    }
  }

  /// The words that begin with `-b` or `-o` and do something.
  private static func words(of letter: String) -> [[String]] {
    (UInt8(ascii: "A")...UInt8(ascii: "z")).compactMap { second in
      let word = letter + String(Unicode.Scalar(second))
      do throws(InvocationError) {
        let invocation = try Invocation.parse(["sendmail", "-\(word)"].map { Array($0.utf8) })
        // What `-o` and any other letter leaves as it is.
        return letter == "o" && invocation.dotEndsInput ? nil : [word, "flag"]
      } catch {
        if case .unsupportedOption = error { return [word, "refused"] }
        return nil
      }
    }
  }
}
