internal import InternetMessage

/// The path of MAIL or RCPT (RFC 5321 §4.1.2), and the parameters behind it.
///
/// Postfix hands the text between the angles to its parser for header fields, and takes what that finds in it. Here it
/// must be an address and nothing else.
struct SMTPPath: Sendable, Equatable {
  /// What stands between `<` and `>`, or a word without them.
  let text: [UInt8]
  let parameters: [[UInt8]]

  /// Divides the argument of MAIL or RCPT.
  ///
  ///     argument = keyword ":" *WSP path *( 1*WSP parameter )
  ///     path     = "<" *( quoted-string / any but <"> "<" ">" ) ">" / 1*( any but WSP <"> "<" ">" )
  ///
  /// - Parameters:
  ///   - argument: The argument.
  ///   - keyword: `from:` or `to:`.
  ///   - syntax: The reply to an argument that is something else.
  ///   - malformed: The reply to a path that is none.
  /// - Throws: `syntax` or `malformed`.
  init(
    _ argument: [UInt8], keyword: String, syntax: SMTPReply, malformed: SMTPReply
  ) throws(SMTPReply) {
    guard argument.prefix(keyword.utf8.count).map(asciiLowercased) == [UInt8](keyword.utf8) else {
      throw syntax
    }
    let rest = argument.dropFirst(keyword.utf8.count).drop(while: SMTPCommand.isBlank)
    guard let first = rest.first else { throw syntax }
    let isAngled = first == Byte.lessThan
    guard let end = isAngled ? Self.endOfAngled(rest) : Self.endOfWord(rest) else {
      throw malformed
    }
    guard end == rest.endIndex || SMTPCommand.isBlank(rest[end]) else { throw malformed }
    text = Array(isAngled ? rest[rest.startIndex + 1..<end - 1] : rest[..<end])
    parameters = rest[end...].split(whereSeparator: SMTPCommand.isBlank).map([UInt8].init)
  }

  private static func endOfAngled(_ bytes: ArraySlice<UInt8>) -> Int? {
    var isQuoted = false
    var index = bytes.startIndex + 1
    while index < bytes.endIndex {
      switch bytes[index] {
      case Byte.backslash where isQuoted: index += 1
      case Byte.quote: isQuoted.toggle()
      case Byte.lessThan where !isQuoted: return nil
      case Byte.greaterThan where !isQuoted: return index + 1
      default: break
      }
      index += 1
    }
    return nil
  }

  private static func endOfWord(_ bytes: ArraySlice<UInt8>) -> Int? {
    let end = bytes.firstIndex(where: SMTPCommand.isBlank) ?? bytes.endIndex
    let isPlain = bytes[..<end].allSatisfy {
      $0 != Byte.quote && $0 != Byte.lessThan && $0 != Byte.greaterThan
    }
    return isPlain ? end : nil
  }

  /// The reverse-path as the value of `-f`.
  ///
  ///     reverse-path = [addr-spec]        ; in the grammar of identities, without name and comment
  ///
  /// - Throws: `badSender`.
  var reversePath: [UInt8] {
    get throws(SMTPReply) {
      guard !text.isEmpty else { return [Byte.lessThan, Byte.greaterThan] }
      guard let mailbox = try? MailboxList.parseOne(text, field: .returnPath),
        mailbox.addrSpecRange == 0..<text.count
      else { throw .badSender }
      return text
    }
  }

  /// The forward-path as one argument word.
  ///
  ///     forward-path = <one recipient, without name, comment, group and blank>
  ///
  /// - Throws: `badRecipient`.
  var forwardPath: [UInt8] {
    get throws(SMTPReply) {
      guard isOneWord, let found = try? RecipientList.parse(text, emptyIsError: true),
        found.count == 1, let recipient = found.first
      else { throw .badRecipient }
      return recipient.written
    }
  }

  /// Whether there is nothing beside quoted strings and domain literals that divides addresses or is no part of one.
  private var isOneWord: Bool {
    var closing: UInt8?
    var index = 0
    while index < text.count {
      let byte = text[index]
      if let end = closing {
        if byte == Byte.backslash { index += 1 }
        if byte == end { closing = nil }
      } else if byte == Byte.quote {
        closing = Byte.quote
      } else if byte == Byte.openBracket {
        closing = Byte.closeBracket
      } else if Self.dividers.contains(byte) {
        return false
      }
      index += 1
    }
    return closing == nil
  }

  private static let dividers = [UInt8](" \t,;:()<>".utf8)
}
