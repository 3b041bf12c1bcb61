package import InternetMessage
package import Policy

/// The envelope of one message: who receives what bounces, and who gets the mail.
package struct Envelope: Sendable {
  /// The reverse-path that was given (RFC 5321 §4.1.1.2); nil = there was none.
  package let reversePath: ReversePath?
  /// Every recipient, duplicates included, in the order in which Postfix finds them.
  package let recipients: [Recipient]

  /// Reads the envelope from the command line and, with `-t`, from the header section.
  ///
  /// - Parameters:
  ///   - invocation: The command line.
  ///   - section: The header section.
  ///   - policy: The rules for the sender.
  /// - Throws: `Refusal`.
  package init(
    _ invocation: Invocation, _ section: HeaderSection, _ policy: SenderPolicy
  ) throws(Refusal) {
    recipients = try Self.recipients(invocation, section)
    reversePath = try Self.reversePath(invocation.sender, policy)
  }

  /// As Postfix has it: the words of the command line come first, the addresses of the header are
  /// added.
  private static func recipients(
    _ invocation: Invocation, _ section: HeaderSection
  ) throws(Refusal) -> [Recipient] {
    var recipients: [Recipient] = []
    for index in invocation.recipients.indices {
      let word = invocation.recipients[index]
      do throws(MessageError) {
        recipients += try RecipientList.parse(word, emptyIsError: true)
        guard recipients.count <= MessageLimits.recipientsParsed else {
          throw .recipient(at: 0, .tooMany(limit: MessageLimits.recipientsParsed))
        }
      } catch {
        throw .message(error, .argument(index + 1, word))
      }
    }
    if invocation.extractRecipients {
      do throws(MessageError) { recipients += try RecipientList.extract(from: section) } catch {
        throw .message(error, .recipients(error, in: section))
      }
    }
    guard !recipients.isEmpty else { throw .noRecipients(extracted: invocation.extractRecipients) }
    return recipients
  }

  /// Postfix alone reads what a user who may send as anybody gives in another form.
  ///
  /// With `from_policy = rewrite` a sender that cannot be read counts as none, so that the default
  /// address takes its place.
  static func reversePath(
    _ sender: [UInt8]?, _ policy: SenderPolicy
  ) throws(Refusal) -> ReversePath? {
    guard let sender else { return nil }
    do {
      guard let address = try MailboxList.reversePath(sender) else { return .null }
      return .address(policy.qualified(address))
    } catch {
      // Received mail is passed on with whatever sender it has.
      if policy.sendsAsAnybody { return .word(sender) }
      if policy.fromPolicy == .rewrite { return nil }
      throw .unreadableReversePath(sender, error)
    }
  }
}
