internal import InternetMessage
package import Policy

extension Diagnostics {
  static func text(for rejection: Rejection) -> String {
    let user = shown(rejection.user, limit: 64)
    switch rejection.cause {
    case .userSuspended(let reason):
      return "\(user) is suspended: \(shown(reason, limit: 200)); ask the administrator"
    case .userUnlisted:
      return "\(user) has no entry in the sender map; ask the administrator for one"
    case .notAllowed(let role, let identity):
      return text(role, identity, user: user, allowed: rejection.allowed)
        + (rejection.isOfContactForm ? contactForm : "")
    case .fromAmbiguous:
      return "From: can be read in more than one way; write it as From: \"Name\" <local@domain>"
    case .shown(let found):
      return "\(name(of: found.role)) shows \(shown(found.address.written)) beside "
        + "\(shown(found.mailbox.written)), and it is not an address of \(user); "
        + "write it as \(name(of: found.role)) <\(shown(found.mailbox.written))>"
    case .tooManyRecipients(let count, let limit):
      return
        "the message has \(count) recipients, but \(user) may send to at most \(limit) at once; "
        + "send it to fewer recipients at a time"
    case .quota(let excess):
      return text(for: excess, user: user)
    }
  }

  /// What somebody reads whose form lets visitors write.
  private static let contactForm =
    "; in a contact form use such an address, and put the visitor into Reply-To:"

  /// What a suspension by `auto_suspend_refusals` gives as its reason.
  static func reasonOfSuspension(refusals: UInt32) -> [UInt8] {
    let messages = refusals == 1 ? "message" : "messages"
    return [UInt8]("\(refusals) \(messages) refused for a forged sender within an hour".utf8)
  }

  /// The reason of a suspension, and when it ends by itself.
  ///
  /// - Returns: For example `ticket 4711 (until 2026-11-27T12:00:00Z)`.
  package static func reason(of suspension: Suspension) -> [UInt8] {
    guard let until = suspension.until else { return suspension.reason }
    return suspension.reason + [UInt8](" (until \(shown(time: until)))".utf8)
  }

  private static func text(
    _ role: IdentityRole, _ identity: OffendingIdentity, user: String, allowed: [AddressPattern]
  ) -> String {
    let place = name(of: role)
    let list = "allowed: \(text(for: allowed))"
    switch identity {
    case .address(let address):
      return "\(place) \(shown(address.written)) is not an address of \(user); \(list)"
    case .verp(let address):
      return "-XV makes senders of \(shown(address.written)) that are not addresses of \(user); "
        + "leave -XV out, or use its delimiters that recipient_delimiter has; \(list)"
    case .nullSender:
      return "\(place) <> is not allowed for \(user); ask the administrator for <> in the entry; "
        + list
    case .missing:
      return "no envelope sender (-f) is given, \(user) has no default address, and From: has not "
        + "exactly one; put one address into From:, give -f, or ask the administrator for "
        + "default=ADDRESS; \(list)"
    }
  }

  private static func name(of role: IdentityRole) -> String {
    switch role {
    case .from: "From:"
    case .sender: "Sender:"
    case .resentFrom: "Resent-From:"
    case .resentSender: "Resent-Sender:"
    case .envelope: "envelope sender (-f)"
    }
  }

  /// Lists patterns as the map writes them; a long list is cut.
  static func text(for patterns: [AddressPattern]) -> String {
    let shownCount = 8
    let words = patterns.prefix(shownCount).map { shown($0.written) }
    let rest = patterns.count - words.count
    let list = words.isEmpty ? "nothing" : words.joined(separator: " ")
    return rest > 0 ? "\(list) and \(rest) more" : list
  }

  private static func text(for excess: QuotaExcess, user: String) -> String {
    let resource = excess.resource == .messages ? "messages" : "recipients"
    let period = excess.period == .hour ? "hour" : "day"
    let use = "\(user) has used \(excess.used)/\(excess.limit) \(resource) per \(period)"
    let request = excess.resource == .messages ? "" : ", this message has \(excess.requested)"
    guard let time = excess.nextFree else {
      return "\(use)\(request); waiting does not help, ask the administrator"
    }
    return "\(use)\(request); next free at \(shown(time: time))"
  }
}
