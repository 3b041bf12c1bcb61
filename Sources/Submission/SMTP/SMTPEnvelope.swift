/// The envelope of one message, as MAIL and RCPT gave it.
///
/// All addresses in it have been read once: each recipient is one word that Postfix reads as
/// exactly one address.
package struct SMTPEnvelope: Sendable, Equatable {
  /// The address between `<` and `>`, or `<>`.
  package let reversePath: [UInt8]
  /// One address each, in order, duplicates included.
  package internal(set) var recipients: [[UInt8]] = []
  /// What `BODY=` says.
  package let bodyType: BodyType?
  /// What `NOTIFY=` says for the first recipient, and so of all.
  package internal(set) var notify: Notify?
  /// What `RET=` says.
  package let returnContent: ReturnContent?
  /// What `ENVID=` says, decoded.
  package let envelopeID: [UInt8]?

  /// The command line of a plain sendmail(1) that would do the same.
  package var commandLine: [[UInt8]] {
    let words = ["sendmail", "-i", "-f"].map { [UInt8]($0.utf8) } + [reversePath]
    return words + Invocation(self).handoffOptions + [[UInt8]("--".utf8)] + recipients
  }
}

extension Invocation {
  /// Gives the envelope of a transaction the meaning of a command line, so that both go the same
  /// way.
  ///
  /// - Parameter envelope: The envelope, with at least one recipient.
  package init(_ envelope: SMTPEnvelope) {
    self.init()
    dotEndsInput = false
    sender = envelope.reversePath
    bodyType = envelope.bodyType
    notify = envelope.notify
    returnContent = envelope.returnContent
    envelopeID = envelope.envelopeID
    recipients = envelope.recipients
  }
}
