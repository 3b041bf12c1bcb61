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
  ///   - rehearsal: What was decided.
  ///   - identities: Every identity of the message.
  ///   - user: Whose message it is.
  init(_ rehearsal: Rehearsal, _ identities: [IdentityFinding], user: NamedUser) {
    let adviser = Adviser(site: rehearsal.site, name: HelpText.shown(user.name), identities)
    let advice = rehearsal.refusal.map(adviser.advice) ?? (nil, nil)
    developer = advice.0
    let stale =
      rehearsal.site.isMapStale
      ? "senders or postern.cf has changed since the map was built: run 'postern map build'" : nil
    let parts = [stale, advice.1].compactMap { $0 }
    administrator = parts.isEmpty ? nil : parts.joined(separator: "; ")
  }
}

/// Advice for one user: a pair of texts, for the developer and for the administrator.
private struct Adviser {
  typealias Pair = (String?, String?)

  let site: Site
  let name: String
  /// Patterns for the identities that nothing permits.
  let missing: String

  init(site: Site, name: String, _ identities: [IdentityFinding]) {
    self.site = site
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
    case .command: ("call it as PHP does: sendmail -t -i", nil)
    case .noRecipients: ("name a recipient, or give -t if To: names them", nil)
    case .unreadableReversePath:
      ("give -f one plain address, local@domain, without a name", nil)
    case .intake(.messageTooLarge): size("send less, or a link", .messageSizeLimit)
    case .intake(.headerTooLarge):
      size("send to fewer addresses at once", .headerSizeLimit)
    case .message(let error): message(error)
    case .intake(.system), .ledger, .handoff, .installation, .system:
      (nil, "the message is not at fault, this machine is: see the text and 'postern doctor'")
    }
  }

  private func message(_ error: MessageError) -> Pair {
    let developer = "form the message as the text says; a mail library does"
    guard error.kind == .identity, site.fromPolicy != .rewrite else { return (developer, nil) }
    return (
      developer,
      "from_policy=rewrite replaces a From: that is not clear: put it into \(entry)"
    )
  }

  private func size(_ developer: String, _ key: ConfigurationKey) -> Pair {
    (developer, "to grant more: \(key.rawValue)=NUMBER into \(entry)")
  }

  private func policy(_ rejection: Rejection) -> Pair {
    switch rejection.cause {
    case .userSuspended:
      return (
        "nothing in the message helps; ask the administrator",
        site.entry?.suspended == nil
          ? "to let \(name) send again: 'postern resume \(name)'"
          : "to let \(name) send again: take suspended= out of \(entry)"
      )
    case .userUnlisted:
      let patterns = missing.isEmpty ? "ADDRESS" : missing
      return (
        "ask the administrator for an entry",
        "to permit it: add the line '\(name)  \(patterns)' to senders, then run 'postern map build'"
      )
    case .notAllowed(let role, let identity): return identities(role, identity)
    case .fromAmbiguous: return ("write From: as name <local@domain>", nil)
    case .tooManyRecipients(_, let limit):
      return size("send in parts of at most \(limit) recipients", .recipientsPerMessage)
    case .quota(let excess): return quota(excess)
    }
  }

  private func identities(_ role: IdentityRole, _ identity: OffendingIdentity) -> Pair {
    if identity == .missing {
      return (
        "give an own address with -f, in PHP as fifth argument of mail()",
        "to permit mail without -f: add default=ADDRESS to \(entry)"
      )
    }
    let own = site.entry?.ownAddress(site.configuration).map { Diagnostics.shown($0.written) }
    let address = own.map { "an own address, such as \($0)," } ?? "an own address"
    let developer =
      role == .envelope
      ? "give \(address) with -f" : "use \(address) in \(role.title) and put others into Reply-To:"
    // What no pattern can be, such as a!b@c, cannot be permitted either.
    return (developer, missing.isEmpty ? nil : "to permit it: add '\(missing)' to \(entry)")
  }

  private func quota(_ excess: QuotaExcess) -> Pair {
    let key: ConfigurationKey =
      switch (excess.resource, excess.period) {
      case (.messages, .hour): .messagesPerHour
      case (.messages, .day): .messagesPerDay
      case (.recipients, .hour): .recipientsPerHour
      case (.recipients, .day): .recipientsPerDay
      }
    return (
      "send less at a time; the text says when the next message may follow",
      "if the mail is honest: 'postern quota reset \(name)' once, or \(key.rawValue)=NUMBER into \(entry)"
    )
  }
}

/// Addresses as words of senders.
enum PatternText {
  /// The word that permits an address.
  ///
  /// - Parameter address: The address with its domain; nil = the null sender.
  /// - Returns: The word; nil if senders cannot hold it.
  static func word(for address: AddrSpec?) -> String? {
    guard let address else { return "<>" }
    guard address.domain != nil else { return nil }
    return word(
      for: AddressPattern.address(
        localPart: address.canonicalLocalPart, domain: address.canonicalDomain))
  }

  /// A pattern as a word; nil if the reader of senders would not take it for the same pattern.
  static func word(for pattern: AddressPattern) -> String? {
    let written = pattern.written
    let line = Array("uid:1 ".utf8) + written
    let (entries, problems) = SendersFile.parse(line, file: "senders")
    guard problems.isEmpty, entries.first?.rules.patterns == [pattern] else { return nil }
    return String(decoding: written, as: UTF8.self)
  }
}
