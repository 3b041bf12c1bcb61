/// One row of the option table of sendmail(1).
package struct SendmailOption: Sendable {
  /// What an option does to an `Invocation`.
  package enum Meaning: Sendable {
    /// Accepted without effect, its value, if it takes one, swallowed.
    case ignored
    /// Refused wherever it appears, although Postfix knows it.
    case refused
    case bodyType, mode, rebuildAliases, fullName, sender, dotIsData, notify, other, returnContent
    case extractRecipients, envelopeID, extended, queue, verbose
  }

  /// The byte after the hyphen.
  package let letter: UInt8
  /// Whether the rest of the word, or else the next word, is its value.
  package let takesValue: Bool
  /// What it does.
  package let meaning: Meaning
}

/// The options of Postfix's sendmail(1), as data.
///
/// Letters and colons are those of `GETOPT_LIST` `A:B:C:F:GIL:N:O:R:UV:X:b:ce:f:h:imno:p:r:q:tvx`
/// in the same order (sendmail.c, Postfix 3.7 to 3.11): an option that is missing here, or takes a
/// value here and not there, would move the border between options and recipients, and what is
/// checked would not be what is sent.
package enum SendmailOptions {
  /// Every option letter, in the order of Postfix's `GETOPT_LIST`.
  package static let table: [SendmailOption] = [
    row("A", value: true, .ignored),
    row("B", value: true, .bodyType),
    // Names a configuration directory, and so, with set-uid rights, a program to run.
    row("C", value: true, .refused),
    row("F", value: true, .fullName),
    // In Postfix it suppresses the adding of From:; Postern adds its own in any case.
    row("G", value: false, .ignored),
    row("I", value: false, .rebuildAliases),
    row("L", value: true, .ignored),
    row("N", value: true, .notify),
    row("O", value: true, .ignored),
    row("R", value: true, .returnContent),
    row("U", value: false, .ignored),
    row("V", value: true, .envelopeID),
    row("X", value: true, .extended),
    row("b", value: true, .mode),
    row("c", value: false, .ignored),
    row("e", value: true, .ignored),
    row("f", value: true, .sender),
    row("h", value: true, .ignored),
    row("i", value: false, .dotIsData),
    row("m", value: false, .ignored),
    // Fatal in Postfix too, although its manual says "ignored".
    row("n", value: false, .refused),
    row("o", value: true, .other),
    row("p", value: true, .ignored),
    row("r", value: true, .sender),
    row("q", value: true, .queue),
    row("t", value: false, .extractRecipients),
    row("v", value: false, .verbose),
    row("x", value: false, .ignored),
  ]

  /// Returns the row of an option letter; nil = the byte is not an option.
  static func option(_ letter: UInt8) -> SendmailOption? {
    for option in table where option.letter == letter { return option }
    return nil
  }

  private static func row(
    _ letter: Unicode.Scalar, value: Bool, _ meaning: SendmailOption.Meaning
  ) -> SendmailOption {
    SendmailOption(
      letter: UInt8(truncatingIfNeeded: letter.value), takesValue: value, meaning: meaning)
  }
}
