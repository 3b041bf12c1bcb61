/// What is wrong with a header section, an identity or a recipient.
///
/// Lines count from 1 at the first line of the header section; offsets (`at:`) are bytes from the
/// start of the parsed field body or argument.
package enum MessageError: Error, Equatable, Sendable {
  /// A line that is neither the beginning of a field nor its continuation: Postfix would end the
  /// header section here.
  case notAField(line: Int)

  /// White space between field name and colon: Postfix removes it, other readers do not.
  case blankBeforeColon(line: Int)

  /// A line of nothing but white space: a continuation for Postfix, the end of headers for others.
  case whitespaceOnlyLine(line: Int)

  /// A CR that is not part of the line's end.
  case carriageReturn(line: Int)

  /// NUL, another C0 control but TAB and ESC, or DEL.
  case controlCharacter(line: Int, byte: UInt8)

  /// A field name of more than `limit` bytes.
  case fieldNameTooLong(line: Int, limit: Int)

  /// A field of more than `limit` bytes, name and folding included.
  case fieldTooLong(line: Int, name: [UInt8], limit: Int)

  /// More than `limit` fields.
  case tooManyFields(limit: Int)

  /// A second instance of a field of which readers believe the first or the last.
  case repeatedField(KnownField)

  /// A field body without anything in it.
  case emptyIdentity(KnownField)

  /// A field body outside the identity grammar.
  case unreadableIdentity(KnownField, at: Int, IdentityFault)

  /// Several mailboxes in From: (Resent-From:) without Sender: (Resent-Sender:), RFC 5322 §3.6.2.
  case severalMailboxesWithoutSender(KnownField)

  /// A display name or comment that reads as another address, `shown`.
  case deceptiveDisplayName(KnownField, at: Int, shown: [UInt8])

  /// A recipient list that Postfix could read otherwise than we do.
  case recipient(at: Int, RecipientFault)

  /// The groups of errors that a sender has to treat differently.
  package enum Kind: Sendable {
    /// The header section is malformed.
    case header
    /// The message does not say in one way only who sends it.
    case identity
    /// A recipient cannot be read.
    case recipient
  }

  /// The group that this error belongs to.
  package var kind: Kind {
    switch self {
    case .notAField, .blankBeforeColon, .whitespaceOnlyLine, .carriageReturn, .controlCharacter,
      .fieldNameTooLong, .fieldTooLong, .tooManyFields:
      .header
    case .repeatedField, .emptyIdentity, .unreadableIdentity, .severalMailboxesWithoutSender,
      .deceptiveDisplayName:
      .identity
    case .recipient:
      .recipient
    }
  }
}

/// Why a mailbox list is outside the identity grammar.
package enum IdentityFault: Error, Equatable, Sendable {
  /// More bytes than `limit`.
  case tooLong(limit: Int)
  /// NUL, another control character, or a line feed that is no folding.
  case controlCharacter(UInt8)
  /// A special character outside a quoted string in a display name.
  case specialInDisplayName(UInt8)
  /// A `"` without its partner.
  case unterminatedQuotedString
  /// A backslash before anything but `"` and `\`, or outside a quoted string.
  case misplacedBackslash
  /// A comment that is not behind the address.
  case misplacedComment
  /// A comment without its end.
  case unterminatedComment
  /// A comment in a comment.
  case nestedComment
  /// More than `limit` comments after one address.
  case tooManyComments(limit: Int)
  /// Group syntax, `name: …;`.
  case group
  /// Nothing where a mailbox is expected.
  case missingAddress
  /// `<` without `>`.
  case unterminatedAngleAddress
  /// Text after the address.
  case textAfterAddress
  /// White space within the address, or words without `<address>`.
  case blankInAddress
  /// `<@relay:address>`.
  case sourceRoute
  /// `%` or `!` in the local part: Postfix makes another address of it.
  case routedLocalPart(UInt8)
  /// A local part that is no dot-atom, nor a quoted string of atext and dots.
  case malformedLocalPart
  /// More than one `@`.
  case severalAtSigns
  /// An encoded word where the address is expected.
  case encodedWordInAddress
  /// A domain that is no sequence of LDH labels or U-labels.
  case malformedDomain
  /// A domain literal, `[…]`.
  case domainLiteral
  /// Bytes that are not UTF-8 in an address.
  case invalidUTF8
  /// An invisible, unassigned or private character in an address.
  case invisibleCharacter(UInt32)
  /// An address of more bytes than `limit`.
  case addressTooLong(limit: Int)
  /// More than one mailbox where one is allowed.
  case severalMailboxes
  /// More mailboxes than `limit`.
  case tooManyMailboxes(limit: Int)
  /// `=?` that begins no well-formed encoded word.
  case malformedEncodedWord
  /// An encoded word in a charset in which ASCII has other bytes, or in an unknown one.
  case charset([UInt8])
  /// NUL, CR or LF within an encoded word.
  case decodedControlCharacter(UInt8)
}

/// Why a recipient list cannot be read.
package enum RecipientFault: Error, Equatable, Sendable {
  /// A word without any address.
  case noAddress
  /// A control character.
  case controlCharacter(UInt8)
  /// A `"`, `(`, `[` or `<` without its partner, or a partner without it.
  case unbalanced(UInt8)
  /// `:` that begins no group, or a group without its end.
  case colon
  /// A backslash outside quoted strings and comments.
  case backslash
  /// Several words, a comma or a route between `<` and `>`.
  case angleAddress
  /// An operator (`.`, `@`, `%`, `!`, `|`) where no address can have it.
  case misplacedOperator(UInt8)
  /// A second `@`, or one within a quoted string.
  case severalAtSigns
  /// A domain with a quoted string, or a domain literal that is not the whole domain.
  case malformedDomain
  /// An address of more bytes than `limit`.
  case addressTooLong(limit: Int)
  /// More recipients than `limit`.
  case tooMany(limit: Int)
}
