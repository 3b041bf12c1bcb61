internal import Policy
internal import Submission

/// A proposal as a part of senders: an entry, and comments around it.
struct ProposalText {
  /// Longer entries are continued.
  private static let width = 100
  /// Beyond these, suspicious addresses are only counted.
  private static let listed = 30

  let proposal: Proposal

  /// The part, each line with its end.
  var text: String { ([heading] + evidence + entry + suspicions).map { $0 + "\n" }.joined() }

  private var heading: String {
    // In the order of the table of reasons, so that the same log gives the same text.
    let reasons = ReasonCode.allCases.compactMap { reason in
      proposal.tally.reasons[reason].map { "\($0) \(reason.rawValue)" }
    }
    return "# \(proposal.user.description): \(reasons.joined(separator: ", "))"
  }

  private var evidence: [String] {
    var lines = proposal.rows.filter(\.reasons.isEmpty).map { Self.line($0) }
    if proposal.fallback != nil {
      lines.append("#   \(proposal.tally.withoutEnvelope) without an envelope sender")
    }
    return lines
  }

  private static func line(_ row: Proposal.Row) -> String {
    let script = row.tally.script.map { ", \(Diagnostics.shown($0, limit: 60))" } ?? ""
    return "#   \(row.tally.messages) \(row.word): \(row.tally.places.text)\(script)"
  }

  private var entry: [String] {
    let words = proposal.words
    guard !words.isEmpty else { return [] }
    let name = HelpText.shown(proposal.user.name)
    guard proposal.isListed else { return Self.wrapped(name, words, prefix: "") }
    return ["# senders has an entry of \(name); what is honest belongs into it:"]
      + Self.wrapped(name, words, prefix: "#")
  }

  private static func wrapped(_ name: String, _ words: [String], prefix: String) -> [String] {
    var lines: [String] = []
    var line = "\(prefix)\(name) "
    for word in words {
      if line.count + word.count + 1 > width, line.contains("@") {
        lines.append(line)
        line = "\(prefix)   "
      }
      line += " \(word)"
    }
    return lines + [line]
  }

  private var suspicions: [String] {
    let rows = proposal.rows.filter { !$0.reasons.isEmpty }
    var lines = rows.prefix(Self.listed).map { row in
      "\(Self.line(row)) - not proposed: \(row.reasons.joined(separator: "; "))"
    }
    if rows.count > Self.listed {
      lines.append("#   \(rows.count - Self.listed) more addresses are not proposed")
    }
    if proposal.unusable > 0 {
      lines.append("#   \(proposal.unusable) addresses that senders cannot hold")
    }
    if proposal.tally.forgotten > 0 {
      lines.append("#   \(proposal.tally.forgotten) more addresses, too many to remember")
    }
    return lines
  }
}
