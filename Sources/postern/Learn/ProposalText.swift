internal import Policy
internal import Submission

/// A proposal as a part of senders: an entry, and comments around it.
struct ProposalText {
  /// Longer entries are continued.
  private static let width = 100
  /// Beyond these, addresses are only counted.
  private static let listed = 10

  let proposal: Proposal
  /// What senders holds already.
  let former: FormerProposals

  /// The comments before the entry, the entry, the comments behind it; nothing where all of it was
  /// told before.
  var parts: (before: [String], entry: [String], behind: [String]) {
    let (entry, rows) = (entry, suspicions)
    guard !entry.isEmpty || !rows.isEmpty else { return ([], [], []) }
    return ([heading] + directories + (entry.isEmpty ? [] : evidence), entry, rows)
  }

  private var heading: String {
    // In the order of the table of reasons, so that the same log gives the same text.
    let reasons = ReasonCode.allCases.compactMap { reason in
      proposal.tally.reasons[reason].map { "\($0) \(reason.rawValue)" }
    }
    return "# \(proposal.user.description): \(reasons.joined(separator: ", "))"
  }

  /// Where the messages came from, if that was more than one place.
  private var directories: [String] {
    let found = proposal.tally.directories.map { (Diagnostics.shown($0.key, limit: 100), $0.value) }
      .sorted { ($1.1, $0.0) < ($0.1, $1.0) }
    guard found.count > 1 else { return [] }
    let lines = found.prefix(Self.listed).map {
      "#   from \($0.0): \($0.1)"
    }
    return lines
      + (found.count > Self.listed
        ? ["#   from \(found.count - Self.listed) more directories"] : [])
  }

  private var evidence: [String] {
    let rows = proposal.rows.filter(\.reasons.isEmpty)
    var lines = rows.prefix(Self.listed).map { Self.line($0) }
    if rows.count > Self.listed { lines.append("#   \(rows.count - Self.listed) more addresses") }
    if proposal.fallback != nil {
      lines.append("#   \(proposal.tally.withoutEnvelope) without an envelope sender")
    }
    if proposal.visitors > 0 {
      lines.append(
        "#   \(proposal.visitors) strangers in From: only, as contact forms send: from_policy=rewrite puts them into Reply-To:"
      )
    }
    if !proposal.peaks.options.isEmpty {
      lines.append(
        "#   the busiest hour: \(proposal.tally.busiest.messages) messages, \(proposal.tally.busiest.recipients) recipients"
      )
    }
    return lines
  }

  private static func line(_ row: Proposal.Row) -> String {
    let script = row.tally.script.map { ", \(Diagnostics.shown($0, limit: 60))" } ?? ""
    return "#   \(row.tally.messages) \(row.word): \(row.tally.places.text)\(script)"
  }

  private var name: String { HelpText.shown(proposal.user.name) }

  private var entry: [String] {
    let words = proposal.words
    guard !words.isEmpty else { return [] }
    guard proposal.isListed else { return Self.wrapped(name, words, prefix: "") }
    guard words.contains(where: { !former.contain($0, of: name) }) else { return [] }
    return ["# \(name) has an entry in senders; add the legitimate addresses to it:"]
      + Self.wrapped(name, words, prefix: "#")
  }

  private static func wrapped(_ name: String, _ words: [String], prefix: String) -> [String] {
    var lines: [String] = []
    var line = "\(prefix)\(name) "
    for word in words {
      if line.count + word.count + 1 > width, line.contains("@") {
        lines.append(line)
        line = prefix.isEmpty ? "   " : "\(prefix)\(name)  "
      }
      line += " \(word)"
    }
    return lines + [line]
  }

  private var suspicions: [String] {
    let rows = proposal.rows.filter {
      !$0.reasons.isEmpty && !former.contain($0.word, of: name)
    }
    var lines = rows.prefix(Self.listed).map { row in
      "\(Self.line(row)) - not proposed: \(row.reasons.joined(separator: "; "))"
    }
    if rows.count > Self.listed {
      lines.append("#   \(rows.count - Self.listed) more addresses are not proposed")
    }
    lines += proposal.peaks.suspicions.map { "#   \($0) - not proposed" }
    guard !lines.isEmpty || !proposal.words.isEmpty else { return [] }
    if proposal.unusable > 0 {
      lines.append("#   \(proposal.unusable) addresses that cannot be written in senders")
    }
    if proposal.tally.forgotten > 0 {
      lines.append(
        "#   \(proposal.tally.forgotten) more addresses were dropped, because there are too many")
    }
    return lines
  }
}
