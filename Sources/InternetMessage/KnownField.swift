/// The fields that Postern reads, adds, removes or counts.
package enum KnownField: Sendable, CaseIterable {
  case from, sender, replyTo, to, cc, bcc
  case resentFrom, resentSender, resentReplyTo, resentTo, resentCc, resentBcc
  case resentDate, resentMessageID
  case messageID, subject, date, received, returnPath
  case xPostern, xPosternOriginalFrom, xPHPOriginatingScript

  /// The name as it is written, without the colon.
  package var name: String {
    switch self {
    case .from: "From"
    case .sender: "Sender"
    case .replyTo: "Reply-To"
    case .to: "To"
    case .cc: "Cc"
    case .bcc: "Bcc"
    case .resentFrom: "Resent-From"
    case .resentSender: "Resent-Sender"
    case .resentReplyTo: "Resent-Reply-To"
    case .resentTo: "Resent-To"
    case .resentCc: "Resent-Cc"
    case .resentBcc: "Resent-Bcc"
    case .resentDate: "Resent-Date"
    case .resentMessageID: "Resent-Message-Id"
    case .messageID: "Message-Id"
    case .subject: "Subject"
    case .date: "Date"
    case .received: "Received"
    case .returnPath: "Return-Path"
    case .xPostern: "X-Postern"
    case .xPosternOriginalFrom: "X-Postern-Original-From"
    case .xPHPOriginatingScript: "X-PHP-Originating-Script"
    }
  }

  /// Whether the field says who sends: these are checked, and bounded more tightly.
  package var isIdentity: Bool {
    switch self {
    case .from, .sender, .resentFrom, .resentSender: true
    default: false
    }
  }

  /// Whether the field is a blind copy, which is removed when recipients are extracted from it.
  package var isBlindCopy: Bool { self == .bcc || self == .resentBcc }

  /// Whether the field is one of the resent block, RFC 5322 §3.6.6.
  ///
  /// Where any of them is present Postfix adds Resent-From: instead of a missing From:
  /// (`cleanup_message.c`).
  package var isResent: Bool {
    switch self {
    case .resentFrom, .resentSender, .resentReplyTo, .resentTo, .resentCc, .resentBcc,
      .resentDate, .resentMessageID:
      true
    default: false
    }
  }

  /// Whether it is To:, Cc: or Bcc:, of the resent block or not (`HDR_OPT_EXTRACT`).
  package var namesRecipients: Bool {
    switch self {
    case .to, .cc, .bcc, .resentTo, .resentCc, .resentBcc: true
    default: false
    }
  }

  /// Finds the field of a name, without case as RFC 5322 §1.2.2 wants it.
  ///
  /// - Parameters:
  ///   - bytes: The bytes that hold the name.
  ///   - range: Where the name stands in them, without blanks and colon.
  init?(named bytes: [UInt8], at range: Range<Int>) {
    for field in Self.candidates(ofCount: range.count)
    where Octets.matches(bytes, at: range, field.name) {
      self = field
      return
    }
    return nil
  }

  /// The fields whose names have so many bytes; most names of a message are ruled out by it.
  private static func candidates(ofCount count: Int) -> [KnownField] {
    switch count {
    case 2: [.to, .cc]
    case 3: [.bcc]
    case 4: [.from, .date]
    case 6: [.sender]
    case 7: [.subject]
    case 8: [.replyTo, .received]
    case 9: [.xPostern, .resentTo, .resentCc]
    case 10: [.messageID, .resentBcc]
    case 11: [.resentFrom, .resentDate, .returnPath]
    case 13: [.resentSender]
    case 15: [.resentReplyTo]
    case 17: [.resentMessageID]
    case 23: [.xPosternOriginalFrom]
    case 24: [.xPHPOriginatingScript]
    default: []
    }
  }
}
