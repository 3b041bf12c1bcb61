internal import InternetMessage
internal import Policy
internal import Submission

/// What to change so that a refused message passes.
struct Advice {
  /// For whoever writes the site's program; nil = nothing.
  let developer: String?
  /// For the administrator, who decides whether it may pass; nil = nothing.
  let administrator: String?

  /// Finds the advice.
  ///
  /// - Parameters:
  ///   - dryRun: What was decided.
  ///   - identities: Every identity of the message.
  ///   - user: Whose message it is.
  init(_ dryRun: DryRun, _ identities: [IdentityFinding], user: NamedUser) {
    let adviser = Adviser(policy: dryRun.policy, name: HelpText.shown(user.name), identities)
    let advice = dryRun.refusal.map(adviser.advice) ?? (nil, nil)
    developer = advice.0
    let stale =
      dryRun.policy.isMapStale
      ? "senders or postern.cf has changed since the map was built: run 'postern map build'" : nil
    let parts = [stale, advice.1].compactMap { $0 }
    administrator = parts.isEmpty ? nil : parts.joined(separator: "; ")
  }
}

/// Advice for one user: a pair of texts, for the developer and for the administrator.
private struct Adviser {
  typealias Pair = (String?, String?)

  let policy: SenderPolicy
  let name: String
  /// Patterns for the identities that nothing permits.
  let missing: String

  init(policy: SenderPolicy, name: String, _ identities: [IdentityFinding]) {
    self.policy = policy
    self.name = name
    var words: [String] = []
    for finding in identities where finding.permit == nil {
      let word = PatternText.word(for: finding.address)
      if let word, !words.contains(word) { words.append(word) }
    }
    missing = words.joined(separator: " ")
  }

  private var entry: String { "the entry of \(name) in senders, then run 'postern map build'" }

  func advice(_ refusal: Refusal) -> Pair {
    switch refusal {
    case .policy(let rejection): policy(rejection)
    case .command: ("call it as sendmail -t -i, with -f ADDRESS where it is needed", nil)
    case .noRecipients: ("add a recipient, or give -t if the recipients are in To:", nil)
    case .unreadableReversePath:
      ("give -f one plain address, local@domain, without a name", nil)
    case .intake(.messageTooLarge):
      size("shorten the message, or send a link", "message_size_limit")
    case .intake(.queueFileTooLarge):
      (
        "shorten the message, or send a link",
        "to allow more: raise message_size_limit in main.cf, then run 'postern map build'"
      )
    case .intake(.headerTooLarge):
      size("shorten the header, or send to fewer recipients at once", "header_size_limit")
    case .message(let error, _): message(error)
    case .deceptiveFullName: ("give another name with -F, or none", nil)
    case .intake(.system), .ledger, .handoff, .installation, .system, .limit, .connection:
      (nil, "the cause is this machine, not the message: see the text, and run 'postern doctor'")
    }
  }

  private func message(_ error: MessageError) -> Pair {
    let developer = "write the message as the text says; mail libraries do"
    guard error.kind == .identity, policy.fromPolicy != .rewrite else { return (developer, nil) }
    return (
      developer,
      "to replace such a From: with the default address: add from_policy=rewrite to \(entry)"
    )
  }

  private func size(_ developer: String, _ name: String) -> Pair {
    (developer, "to allow more: add \(name)=NUMBER to \(entry)")
  }

  private func policy(_ rejection: Rejection) -> Pair {
    switch rejection.cause {
    case .userSuspended:
      return (
        "the message is not the cause; ask the administrator",
        policy.entry?.suspended == nil
          ? "to let \(name) send again: 'postern resume \(name)'"
          : "to let \(name) send again: remove suspended= from \(entry)"
      )
    case .userUnlisted:
      let patterns = missing.isEmpty ? "ADDRESS" : missing
      return (
        "ask the administrator for an entry",
        "to permit it: add the line '\(name)  \(patterns)' to senders, then run 'postern map build'"
      )
    case .notAllowed(let role, let identity): return identities(role, identity)
    case .fromAmbiguous: return ("write From: as \"Name\" <local@domain>", nil)
    case .shown(let found): return self.shown(found)
    case .tooManyRecipients(_, let limit):
      return size("send to at most \(limit) recipients at a time", "recipients_per_message")
    case .quota(let excess): return quota(excess)
    }
  }

  private func identities(_ role: IdentityRole, _ identity: OffendingIdentity) -> Pair {
    if identity == .missing {
      return (
        "give one of the policy's own addresses with -f, in PHP as fifth argument of mail()",
        "to permit mail without -f: add default=ADDRESS to \(entry)"
      )
    }
    if case .verp(let address) = identity {
      let domain = Diagnostics.shown(address.canonicalDomain)
      return (
        "leave -XV out, or give the delimiters -XV+=",
        "to permit variable return paths: set recipient_delimiter = +, or add '@\(domain)' to \(entry)"
      )
    }
    let own = policy.entry?.ownAddress(policy.configuration).map { Diagnostics.shown($0.written) }
    let address = own.map { "an address of the site, such as \($0)," } ?? "an address of the site"
    let developer =
      role == .envelope
      ? "give \(address) with -f"
      : "use \(address) in \(role.title) and put other addresses into Reply-To:"
    if case .address(let found) = identity, isExtended(found) {
      return (developer, "to permit extensions of permitted addresses: set recipient_delimiter = +")
    }
    // What no pattern can be, such as a!b@c, cannot be permitted either.
    let permit = missing.isEmpty ? nil : "to permit it: add '\(missing)' to \(entry)"
    guard let permit, role == .from, policy.fromPolicy != .rewrite else {
      return (developer, permit)
    }
    return (
      developer,
      permit + "; for visitors' addresses, in a contact form, add from_policy=rewrite instead"
    )
  }

  /// Whether an address is one of the user's with an extension, as VERP makes it.
  private func isExtended(_ address: AddrSpec) -> Bool {
    policy.configuration.recipientDelimiter.isEmpty
      && policy.entry?.permits(policy.qualified(address), delimiter: [Octets.plus]) == true
  }

  private func shown(_ found: ShownAddress) -> Pair {
    let own = missing.isEmpty ? nil : "to permit it: add '\(missing)' to \(entry)"
    let rewrite = "to leave such names out: add from_policy=rewrite to \(entry)"
    let administrator = [own, policy.fromPolicy == .rewrite ? nil : rewrite].compactMap { $0 }
    return (
      "leave the other address out of \(found.role.title) and put it into Reply-To:",
      administrator.isEmpty ? nil : administrator.joined(separator: "; ")
    )
  }

  private func quota(_ excess: QuotaExcess) -> Pair {
    let limit =
      switch (excess.resource, excess.period) {
      case (.messages, .hour): "messages_per_hour"
      case (.messages, .day): "messages_per_day"
      case (.recipients, .hour): "recipients_per_hour"
      case (.recipients, .day): "recipients_per_day"
      }
    return (
      "send fewer messages; the text says when the next one is possible",
      "if the mail is legitimate: run 'postern quota reset \(name)' once, or add \(limit)=NUMBER to \(entry)"
    )
  }
}
