extension HeaderSection {
  /// Returns the fields of a name, in order.
  package func all(_ field: KnownField) -> [HeaderField] {
    fields.filter { $0.known == field }
  }

  /// Returns the name of a field as it is written.
  package func name(of field: HeaderField) -> [UInt8] {
    Array(bytes[field.nameRange])
  }

  /// Returns what follows the colon as it is written, folding and blanks included, without the
  /// final LF.
  package func body(of field: HeaderField) -> [UInt8] {
    Array(bytes[field.bodyRange])
  }

  /// Returns the body with its folding removed (RFC 5322 §2.2.3) and blanks cut at both ends.
  package func unfoldedBody(of field: HeaderField) -> [UInt8] {
    let range = Octets.trimmingSpace(bytes, field.bodyRange)
    var unfolded: [UInt8] = []
    unfolded.reserveCapacity(range.count)
    for index in range where bytes[index] != Octets.lineFeed {
      unfolded.append(bytes[index])
    }
    return unfolded
  }

  /// Whether the section holds any field of the resent block; then Postfix adds no From:.
  package var isResent: Bool {
    fields.contains { $0.known?.isResent == true }
  }

  /// Refuses fields that are too long to be handed over.
  ///
  /// No part of parsing, because it depends on what is done with the message: Bcc: and Resent-Bcc:
  /// are removed where recipients are extracted from them, and bounded by the header section then.
  ///
  /// - Parameter removingBlindCopies: Whether Bcc: and Resent-Bcc: are not handed over.
  /// - Throws: `MessageError.fieldTooLong`.
  package func checkFieldLengths(removingBlindCopies: Bool) throws(MessageError) {
    for field in fields where field.range.count > MessageLimits.identityFieldBytes {
      let limit =
        field.known?.isIdentity == true
        ? MessageLimits.identityFieldBytes : MessageLimits.fieldBytes
      if removingBlindCopies && field.known?.isBlindCopy == true { continue }
      if field.range.count > limit {
        throw .fieldTooLong(line: field.line, name: name(of: field), limit: limit)
      }
    }
  }
}
