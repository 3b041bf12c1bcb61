package import Ledger
private import Policy

/// One decision of the journal, as `--own-log` and `postern log` show it.
package struct LoggedDecision: Sendable, Equatable {
  /// When it was made, in seconds since 1970.
  package let time: UInt64
  /// What was decided, and about what.
  package let line: DecisionLine

  /// Reads a record.
  ///
  /// nil = it is not of this version.
  package init?(_ record: Journal.Record) {
    guard let line = DecisionLine(record.line[...]) else { return nil }
    self.time = record.time
    self.line = line
  }

  /// The decision as one JSON object, without a line feed.
  ///
  ///     decision = {"time":N,"verdict":S,"reason":S/null,"uid":N,"user":S,"from":S/null,
  ///                 "envelope":S/null,"recipients":N/null,"size":N/null,"message_id":S/null,
  ///                 "script":S/null,"cwd":S/null,"text":S/null,"process":S/null,
  ///                 "cgroup":S/null}
  ///
  /// `from` holds several addresses with a comma and a blank between them. Names and their order
  /// are part of the contract with administrators' programs.
  package var json: String {
    let fields: [(String, String)] = [
      ("time", "\(time)"), ("verdict", Self.json(line.verdict.rawValue)),
      ("reason", line.reason.map { Self.json($0.rawValue) } ?? "null"), ("uid", "\(line.uid)"),
      ("user", Self.json(line.user ?? [UInt8]("uid:\(line.uid)".utf8))),
      ("from", Self.json(line.authors)), ("envelope", Self.json(line.envelope)),
      ("recipients", Self.json(line.recipients)), ("size", Self.json(line.size)),
      ("message_id", Self.json(line.messageID)), ("script", Self.json(line.script)),
      ("cwd", Self.json(line.directory)), ("text", Self.json(line.refusalText)),
      ("process", Self.json(line.process)), ("cgroup", Self.json(line.controlGroup)),
    ]
    return "{" + fields.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}"
  }

  private static func json(_ text: [UInt8]?) -> String { text.map(JSONText.string) ?? "null" }

  private static func json(_ word: String) -> String { JSONText.string([UInt8](word.utf8)) }

  private static func json(_ number: UInt64?) -> String { number.map { "\($0)" } ?? "null" }
}

extension DecisionLine {
  /// The addresses of From:, with a comma and a blank between them; nil = none.
  package var authors: [UInt8]? {
    from.isEmpty ? nil : [UInt8](from.joined(separator: [UInt8](", ".utf8)))
  }
}
