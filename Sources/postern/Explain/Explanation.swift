internal import InternetMessage
internal import Policy
internal import Submission

/// Everything that `postern explain` tells, before it becomes text or JSON.
struct Explanation {
  let user: NamedUser
  /// The command line that was explained, argv[0] included.
  let argv: [[UInt8]]
  let dryRun: DryRun
  /// What the user has used; nil = the state file cannot be read.
  let quota: QuotaRow?
  /// Every identity that the message claims, as far as it could be read.
  let identities: [IdentityFinding]
  /// What is handed over otherwise than it came.
  let changes: HeaderChanges
  let advice: Advice

  init(user: NamedUser, argv: [[UInt8]], dryRun: DryRun, quota: QuotaRow?) {
    self.user = user
    self.argv = argv
    self.dryRun = dryRun
    self.quota = quota
    let policy = dryRun.policy
    identities =
      dryRun.message.map {
        Evaluation.findings(of: $0.claim, entry: policy.entry, configuration: policy.configuration)
      } ?? []
    changes = HeaderChanges(from: dryRun.section, to: dryRun.header)
    advice = Advice(dryRun, identities, user: user)
  }

  /// The exit status that the drop-in would have, but for Postfix's own.
  var exitStatus: Int32 {
    dryRun.verdict == .reject ? dryRun.refusal?.reason.exitStatus ?? 0 : 0
  }

  /// The line that the drop-in would write, or in audit would have written.
  var line: String? { dryRun.refusal.map(Diagnostics.line) }

  /// The header fields that decide: those that name senders and recipients, as they were read.
  var fields: [(name: String, body: [UInt8])] {
    guard let section = dryRun.section else { return [] }
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
    guard let section = dryRun.section else { return nil }
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
    dryRun.program.map { [$0.path] + $0.arguments.dropFirst() }
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
