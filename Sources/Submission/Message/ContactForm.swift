internal import InternetMessage
internal import Policy

/// Contact forms: the visitor stands in From:, and the site alone gets the mail.
extension Refusal {
  /// Whether it refuses what a contact form sends; `auto_suspend_refusals` does not count it.
  var isOfContactForm: Bool {
    guard case .policy(let rejection) = self else { return false }
    return rejection.isOfContactForm
  }

  /// The same refusal, marked where it is one of a contact form.
  ///
  /// - Parameters:
  ///   - message: What is refused.
  ///   - policy: The rules for the sender.
  /// - Returns: The refusal.
  func explaining(_ message: ReadMessage, by policy: SenderPolicy) -> Refusal {
    guard case .policy(var rejection) = self, rejection.reason == .fromNotAllowed,
      policy.owns(message.envelope.recipients)
    else { return self }
    rejection.isOfContactForm = true
    return .policy(rejection)
  }
}

extension SenderPolicy {
  /// More than a site has people who read what its visitors write.
  private static let readers = 20

  /// Whether every recipient is an address of the user's own.
  fileprivate func owns(_ recipients: [Recipient]) -> Bool {
    guard let entry, !entry.sendsAsAnybody, (1...Self.readers).contains(recipients.count) else {
      return false
    }
    return recipients.allSatisfy {
      entry.permits(qualified($0.addrSpec), delimiter: configuration.recipientDelimiter)
    }
  }
}
