/// Recipients as Postfix finds them in header fields and arguments (`tok822_parse.c`).
package enum RecipientList {
  /// Finds every recipient of a header body or an argument.
  ///
  ///     list     = *(segment ("," / ";" / end))
  ///     segment  = *word / *word "<" [address] ">" segment / *word ":" list ";"
  ///     address  = one word, RFC 822 with `%`, `!` and `|` as operators
  ///
  /// Commas may be missing: words that no operator joins are recipients each. What Postfix reads
  /// from right to left and could take for something else is refused, never counted as fewer.
  ///
  /// - Parameters:
  ///   - bytes: The body, folded or not, or the argument.
  ///   - emptyIsError: Whether no recipient is an error: for Postfix an argument without any
  ///     address is mail to the postmaster.
  /// - Returns: At most 100 000 recipients, in order, duplicates included.
  /// - Throws: `MessageError.recipient`.
  package static func parse(
    _ bytes: [UInt8], emptyIsError: Bool
  ) throws(MessageError) -> [Recipient] {
    var recipients: [Recipient] = []
    try append(bytes, 0..<bytes.count, to: &recipients)
    if emptyIsError && recipients.isEmpty { throw .recipient(at: 0, .noAddress) }
    return recipients
  }

  /// Finds the recipients that `-t` asks for.
  ///
  /// Those of Resent-To:, Resent-Cc: and Resent-Bcc: if any of these fields is present, even empty,
  /// else those of To:, Cc: and Bcc: (`sendmail.c`, `output_header`).
  ///
  /// - Returns: At most 100 000 recipients, in order, duplicates included; perhaps none.
  /// - Throws: `MessageError.recipient`, with the offset in the section.
  package static func extract(from section: HeaderSection) throws(MessageError) -> [Recipient] {
    let fields = section.fields.filter { $0.known?.namesRecipients == true }
    let isResent = fields.contains { $0.known?.isResent == true }
    var recipients: [Recipient] = []
    for field in fields where (field.known?.isResent == true) == isResent {
      try append(section.bytes, field.bodyRange, to: &recipients)
    }
    return recipients
  }

  private static func append(
    _ bytes: [UInt8], _ range: Range<Int>, to recipients: inout [Recipient]
  ) throws(MessageError) {
    var scanner = RecipientScanner(bytes, range)
    try scanner.scan(into: &recipients)
  }
}
