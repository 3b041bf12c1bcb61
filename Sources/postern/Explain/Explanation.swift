internal import InternetMessage
internal import Policy
internal import Submission

/// Everything that `postern explain` tells, before it becomes text or JSON.
struct Explanation {
  let user: NamedUser
  /// The command line that was explained, argv[0] included.
  let argv: [[UInt8]]
  let rehearsal: Rehearsal
  /// What the user has used; nil = the state file cannot be read.
  let quota: QuotaRow?
  /// Every identity that the message claims, as far as it could be read.
  let identities: [IdentityFinding]
  /// What is handed over otherwise than it came.
  let changes: HeaderChanges
  let advice: Advice

  init(user: NamedUser, argv: [[UInt8]], rehearsal: Rehearsal, quota: QuotaRow?) {
    self.user = user
    self.argv = argv
    self.rehearsal = rehearsal
    self.quota = quota
    let site = rehearsal.site
    identities =
      rehearsal.draft.map {
        Evaluation.findings(of: $0.claim, entry: site.entry, configuration: site.configuration)
      } ?? []
    changes = HeaderChanges(from: rehearsal.section, to: rehearsal.header)
    advice = Advice(rehearsal, identities, user: user)
  }

  /// The exit status that the drop-in would have, but for Postfix's own.
  var exitStatus: Int32 {
    rehearsal.verdict == .reject ? rehearsal.refusal?.reason.exitStatus ?? 0 : 0
  }

  /// The line that the drop-in would write, or in audit would have written.
  var line: String? { rehearsal.refusal.map(Diagnostics.line) }

  /// The header fields that decide: those that name senders and recipients, as they were read.
  var fields: [(name: String, body: [UInt8])] {
    guard let section = rehearsal.section else { return [] }
    return section.fields.compactMap { field in
      guard let known = field.known, Self.isShown(known) else { return nil }
      return (known.name, section.unfoldedBody(of: field))
    }
  }

  private static func isShown(_ field: KnownField) -> Bool {
    field.isIdentity || field.isResent || field == .replyTo
  }

  /// How many addresses To:, Cc: and Bcc: hold; nil where they cannot be read.
  func count(of field: KnownField) -> Int? {
    guard let section = rehearsal.section else { return nil }
    var count = 0
    for field in section.all(field) {
      guard
        let found = try? RecipientList.parse(section.body(of: field), emptyIsError: false)
      else { return nil }
      count += found.count
    }
    return count
  }

  /// The program and the words with which Postfix would be run; nil = it would not be.
  var command: [[UInt8]]? {
    rehearsal.handoff.map { [$0.path] + $0.arguments.dropFirst() }
  }
}

extension IdentityRole {
  /// The field, or `envelope sender`.
  var title: String {
    switch self {
    case .from: "From:"
    case .sender: "Sender:"
    case .resentFrom: "Resent-From:"
    case .resentSender: "Resent-Sender:"
    case .envelope: "envelope sender"
    }
  }

  /// The word in JSON.
  var word: String {
    switch self {
    case .from: "from"
    case .sender: "sender"
    case .resentFrom: "resent-from"
    case .resentSender: "resent-sender"
    case .envelope: "envelope"
    }
  }
}

extension Permit {
  /// What permits, as the map writes it where it is a pattern.
  var written: [UInt8] {
    switch self {
    case .exemption: Array("exempt_users".utf8)
    case .defaultAddress: Array("default".utf8)
    case .pattern(let pattern): pattern.written
    }
  }
}
