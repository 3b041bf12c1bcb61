internal import InternetMessage

extension Diagnostics {
  static func text(for error: MessageError, _ excerpt: MessageExcerpt) -> String {
    switch error {
    case .notAField(let line):
      "\(shown(line: line, excerpt)) is not a header field; write it as Name: value, without a "
        + "space in the name, or move it into the body"
    case .blankBeforeColon(let line):
      "\(shown(line: line, excerpt)) has a space between field name and colon; remove it"
    case .whitespaceOnlyLine(let line):
      "header line \(line) has only white space; remove it"
    case .carriageReturn(let line):
      "\(shown(line: line, excerpt)) has a carriage return (CR) before its end; remove it"
    case .controlCharacter(let line, let byte):
      "\(shown(line: line, excerpt)) has the control character \(shown(byte: byte)); "
        + "encode or remove it"
    case .fieldNameTooLong(let line, let limit):
      "header line \(line) has a field name of more than \(limit) bytes; shorten it"
    case .fieldTooLong(let line, let name, let limit):
      "\(shown(name, limit: 40)): on header line \(line) is longer than \(limit) bytes; shorten it"
    case .tooManyFields(let limit):
      "the header section has more than \(limit) fields; remove some"
    case .recipient(_, let fault): text(for: fault, excerpt)
    case .repeatedField, .emptyIdentity, .unreadableIdentity, .severalMailboxesWithoutSender,
      .deceptiveDisplayName:
      identityText(for: error, excerpt)
    }
  }

  private static func identityText(
    for error: MessageError, _ excerpt: MessageExcerpt
  ) -> String {
    switch error {
    case .repeatedField(let field):
      "there is more than one \(field.name):; send exactly one"
    case .emptyIdentity(let field):
      "\(field.name): is empty; put one address there or leave the field out"
    case .unreadableIdentity(let field, let position, let fault):
      "\(field.name): can be read in more than one way \(place(position, excerpt)): "
        + "\(text(for: fault)); \(remedy(fault))\(correction(of: field, excerpt))"
    case .severalMailboxesWithoutSender(let field):
      "\(field.name): names several addresses, and there is no "
        + "\(field == .from ? "Sender:" : "Resent-Sender:"); name one address, or say with "
        + "\(field == .from ? "Sender:" : "Resent-Sender:") which of them sends"
        + ifOneName(field, excerpt)
    case .deceptiveDisplayName(let field, _, let shownAddress):
      "\(field.name): shows the address \(shown(shownAddress)) as the name of another address; "
        + correction(of: field, excerpt)
    default: ""
    }
  }

  /// What the sender's own program must do besides writing the field anew.
  private static func remedy(_ fault: IdentityFault) -> String {
    if case .charset = fault { return "encode it in UTF-8, or " }
    return ""
  }

  private static func shown(line: Int, _ excerpt: MessageExcerpt) -> String {
    guard case .line(let bytes) = excerpt else { return "header line \(line)" }
    return "header line \(line), '\(shown(bytes, limit: 60))',"
  }

  private static func place(_ position: Int, _ excerpt: MessageExcerpt) -> String {
    guard case .identity(let byte?, _) = excerpt else { return "at byte \(position)" }
    return "at byte \(position), \(shown(byte: byte))"
  }

  /// A comma in a name without quotes makes two mailboxes of one.
  private static func ifOneName(_ field: KnownField, _ excerpt: MessageExcerpt) -> String {
    guard case .identity(_, .some) = excerpt else { return "" }
    return "; if it is one name, \(correction(of: field, excerpt))"
  }

  private static func correction(of field: KnownField, _ excerpt: MessageExcerpt) -> String {
    // What is cut cannot be copied.
    guard case .identity(_, let correction?) = excerpt, correction.count <= 300 else {
      return "write it as \(field.name): \"Name\" <local@domain>"
    }
    return "write it as \(copyable(correction))"
  }

  /// Says why the value of `-f` cannot be used.
  ///
  /// - Parameters:
  ///   - sender: The value.
  ///   - error: What is wrong with it.
  /// - Returns: The text.
  static func text(forSender sender: [UInt8], _ error: MessageError) -> String {
    let cause: String
    switch error {
    case .unreadableIdentity(_, _, let fault): cause = text(for: fault)
    case .deceptiveDisplayName: cause = "a name that is another address"
    default: cause = "not one address"
    }
    var advice = "give one plain address, local@domain, or <> for none"
    // PHP's mail() puts backslashes before the angles.
    let plain = sender.filter { $0 != Octets.backslash }
    if let identity = try? CanonicalIdentity(reading: plain, field: .returnPath),
      identity.otherAddresses.isEmpty, identity.mailbox.written != sender
    {
      advice = "give the address alone: -f \(shown(identity.mailbox.written))"
    }
    return "envelope sender (-f) \(shown(sender)) cannot be used: \(cause); \(advice)"
  }

  private static func text(for fault: IdentityFault) -> String {
    switch fault {
    case .tooLong(let limit): "longer than \(limit) bytes"
    case .controlCharacter(let byte): "control character \(shown(byte: byte))"
    case .specialInDisplayName(let byte): "\(shown(byte: byte)) in a name without quotes"
    case .unterminatedQuotedString: "a quote that is not closed"
    case .misplacedBackslash: "a misplaced backslash"
    case .misplacedComment: "a comment before or inside the address"
    case .unterminatedComment: "a comment that is not closed"
    case .nestedComment: "a comment inside a comment"
    case .tooManyComments(let limit): "more than \(limit) comments"
    case .group: "':' or ';' outside quotes"
    case .missingAddress: "no address"
    case .unterminatedAngleAddress: "'<' without '>'"
    case .textAfterAddress: "text after the address"
    case .blankInAddress: "a space in the address"
    case .sourceRoute: "a source route"
    case .routedLocalPart(let byte): "\(shown(byte: byte)) in the local part"
    case .malformedLocalPart: "a local part that is not a dot-atom"
    case .severalAtSigns: "more than one '@'"
    case .encodedWordInAddress: "an encoded word instead of the address"
    case .malformedDomain: "an invalid domain name"
    case .domainLiteral: "a domain literal"
    case .invalidUTF8: "an address that is not UTF-8"
    case .invisibleCharacter(let scalar):
      "the invisible character U+\(String(scalar, radix: 16, uppercase: true)) in the address"
    case .addressTooLong(let limit): "an address of more than \(limit) bytes"
    case .severalMailboxes: "more than one address"
    case .tooManyMailboxes(let limit): "more than \(limit) addresses"
    case .malformedEncodedWord: "a broken encoded word"
    case .charset(let charset):
      charset.isEmpty
        ? "an encoded word without a charset"
        : "an encoded word in the charset \(shown(charset, limit: 40))"
    case .decodedControlCharacter(let byte): "\(shown(byte: byte)) inside an encoded word"
    }
  }

  private static func text(for fault: RecipientFault, _ excerpt: MessageExcerpt) -> String {
    let place: String
    switch excerpt {
    case .argument(let number, let word) where word.isEmpty:
      return "recipient \(number) on the command line is empty; leave it out"
    case .argument(let number, let word):
      place = "recipient \(number) on the command line, \(shown(word)),"
    case .recipient(let field, let text): place = "the recipient \(shown(text)) in \(field.name):"
    case .nothing, .line, .identity: place = "a recipient"
    }
    return "\(place) cannot be read: \(text(for: fault)); "
      + "write addresses as local@domain with commas between them"
  }

  private static func text(for fault: RecipientFault) -> String {
    switch fault {
    case .noAddress: "no address"
    case .controlCharacter(let byte): "control character \(shown(byte: byte))"
    case .unbalanced(let byte): "\(shown(byte: byte)) that is not closed or not opened"
    case .colon: "':' outside a group"
    case .backslash: "a backslash"
    case .angleAddress: "not exactly one address between '<' and '>'"
    case .misplacedOperator(let byte): "a misplaced \(shown(byte: byte))"
    case .severalAtSigns: "more than one '@'"
    case .malformedDomain: "an invalid domain name"
    case .addressTooLong(let limit): "an address of more than \(limit) bytes"
    case .tooMany(let limit): "more than \(limit) recipients"
    }
  }
}
