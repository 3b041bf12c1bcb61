internal import InternetMessage

extension Diagnostics {
  static func text(for error: MessageError) -> String {
    switch error {
    case .notAField(let line):
      "header line \(line) is no header field; end the header section with an empty line"
    case .blankBeforeColon(let line):
      "header line \(line) has a blank between field name and colon; remove it"
    case .whitespaceOnlyLine(let line):
      "header line \(line) holds only blanks; make it empty to end the header section, or remove it"
    case .carriageReturn(let line):
      "header line \(line) holds a CR that does not end it; remove it"
    case .controlCharacter(let line, let byte):
      "header line \(line) holds the control character \(shown(byte: byte)); encode or remove it"
    case .fieldNameTooLong(let line, let limit):
      "header line \(line) has a field name of more than \(limit) bytes"
    case .fieldTooLong(let line, let name, let limit):
      "\(shown(name, limit: 40)): on header line \(line) is longer than \(limit) bytes; shorten it"
    case .tooManyFields(let limit):
      "the header section has more than \(limit) fields"
    case .repeatedField(let field):
      "there is more than one \(field.name):; send exactly one"
    case .emptyIdentity(let field):
      "\(field.name): is empty; put one address there or leave the field out"
    case .unreadableIdentity(let field, let position, let fault):
      "\(field.name): can be read in more than one way at byte \(position): \(text(for: fault)); "
        + "write it as name <local@domain>"
    case .severalMailboxesWithoutSender(let field):
      "\(field.name): names several authors without a "
        + (field == .from ? "Sender:" : "Resent-Sender:") + "; add it or name one author"
    case .deceptiveDisplayName(let field, _, let shownAddress):
      "\(field.name): shows the address \(shown(shownAddress)) as name of another address; "
        + "use a name that is no address"
    case .recipient(let position, let fault):
      "a recipient cannot be read at byte \(position): \(text(for: fault)); "
        + "write addresses as local@domain with commas between them"
    }
  }

  private static func text(for fault: IdentityFault) -> String {
    switch fault {
    case .tooLong(let limit): "longer than \(limit) bytes"
    case .controlCharacter(let byte): "control character \(shown(byte: byte))"
    case .specialInDisplayName(let byte): "\(shown(byte: byte)) in a name without quotes"
    case .unterminatedQuotedString: "a quote that is not closed"
    case .misplacedBackslash: "a backslash"
    case .misplacedComment: "a comment before or inside the address"
    case .unterminatedComment: "a comment that is not closed"
    case .nestedComment: "a comment in a comment"
    case .tooManyComments(let limit): "more than \(limit) comments"
    case .group: "a group"
    case .missingAddress: "no address"
    case .unterminatedAngleAddress: "'<' without '>'"
    case .textAfterAddress: "text behind the address"
    case .blankInAddress: "a blank in the address"
    case .sourceRoute: "a source route"
    case .routedLocalPart(let byte): "\(shown(byte: byte)) in the local part"
    case .malformedLocalPart: "a local part that is no dot-atom"
    case .severalAtSigns: "more than one '@'"
    case .encodedWordInAddress: "an encoded word in place of the address"
    case .malformedDomain: "a domain that is no domain name"
    case .domainLiteral: "a domain literal"
    case .invalidUTF8: "an address that is not UTF-8"
    case .invisibleCharacter(let scalar):
      "the invisible character U+\(String(scalar, radix: 16, uppercase: true)) in the address"
    case .addressTooLong(let limit): "an address of more than \(limit) bytes"
    case .severalMailboxes: "more than one address"
    case .tooManyMailboxes(let limit): "more than \(limit) addresses"
    case .malformedEncodedWord: "a broken encoded word"
    case .charset(let charset): "an encoded word in the charset \(shown(charset, limit: 40))"
    case .decodedControlCharacter(let byte): "\(shown(byte: byte)) inside an encoded word"
    }
  }

  private static func text(for fault: RecipientFault) -> String {
    switch fault {
    case .noAddress: "no address"
    case .controlCharacter(let byte): "control character \(shown(byte: byte))"
    case .unbalanced(let byte): "\(shown(byte: byte)) without its counterpart"
    case .colon: "':' outside a group"
    case .backslash: "a backslash"
    case .angleAddress: "not exactly one address between '<' and '>'"
    case .misplacedOperator(let byte): "a misplaced \(shown(byte: byte))"
    case .severalAtSigns: "more than one '@'"
    case .malformedDomain: "a domain that is no domain name"
    case .addressTooLong(let limit): "an address of more than \(limit) bytes"
    case .tooMany(let limit): "more than \(limit) recipients"
    }
  }
}
