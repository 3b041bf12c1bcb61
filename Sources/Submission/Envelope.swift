package import InternetMessage
package import Policy

/// The envelope of one message: who receives what bounces, and who gets the mail.
package struct Envelope: Sendable {
  /// The reverse-path that was given (RFC 5321 §4.1.1.2); nil if there was none.
  package let reversePath: ReversePath?
  /// Every recipient, duplicates included, in the order in which Postfix finds them.
  package let recipients: [Recipient]

  /// Reads the envelope from the command line and, with `-t`, from the header section.
  ///
  /// - Parameters:
  ///   - invocation: The command line.
  ///   - section: The header section.
  ///   - site: Whose mail it is.
  /// - Throws: `Refusal`.
  package init(
    _ invocation: Invocation, _ section: HeaderSection, _ site: Site
  ) throws(Refusal) {
    recipients = try Self.recipients(invocation, section)
    reversePath = try Self.reversePath(invocation.sender, site)
  }

  /// As Postfix has it: the words of the command line come first, the addresses of the header are added.
  private static func recipients(
    _ invocation: Invocation, _ section: HeaderSection
  ) throws(Refusal) -> [Recipient] {
    var recipients: [Recipient] = []
    do throws(MessageError) {
      for word in invocation.recipients {
        recipients += try RecipientList.parse(word, emptyIsError: true)
        guard recipients.count <= MessageLimits.recipientsParsed else {
          throw .recipient(at: 0, .tooMany(limit: MessageLimits.recipientsParsed))
        }
      }
      if invocation.extractRecipients { recipients += try RecipientList.extract(from: section) }
    } catch {
      throw .message(error)
    }
    guard !recipients.isEmpty else { throw .noRecipients(extracted: invocation.extractRecipients) }
    return recipients
  }

  /// With `from_policy = rewrite` a sender that cannot be read counts as none, so that the default address takes its
  /// place.
  static func reversePath(_ sender: [UInt8]?, _ site: Site) throws(Refusal) -> ReversePath? {
    guard let sender else { return nil }
    do {
      guard let address = try MailboxList.reversePath(sender) else { return .null }
      return .address(site.qualified(address))
    } catch {
      if site.fromPolicy == .rewrite { return nil }
      throw .unreadableReversePath(sender, error)
    }
  }
}
