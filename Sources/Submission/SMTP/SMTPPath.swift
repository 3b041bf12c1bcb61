internal import InternetMessage

/// The path of MAIL or RCPT (RFC 5321 §4.1.2), and the parameters after it.
///
/// Postfix hands the text between the angles to its parser for header fields, and takes what that
/// finds in it. Here it must be an address and nothing else.
struct SMTPPath: Sendable, Equatable {
  /// The text between `<` and `>`, or a word without them.
  let text: [UInt8]
  let parameters: [[UInt8]]

  /// Divides the argument of MAIL or RCPT.
  ///
  ///     argument = keyword ":" *WSP path *( 1*WSP parameter )
  ///     path     = "<" *( quoted-string / any but <"> "<" ">" ) ">"
  ///              / 1*( any but WSP <"> "<" ">" )
  ///
  /// - Parameters:
  ///   - argument: The argument.
  ///   - keyword: `from:` or `to:`.
  ///   - syntax: The reply to an argument that is something else.
  ///   - malformed: The reply to a malformed path.
  /// - Throws: `syntax` or `malformed`.
  init(
    _ argument: [UInt8], keyword: String, syntax: SMTPReply, malformed: SMTPReply
  ) throws(SMTPReply) {
    guard argument.prefix(keyword.utf8.count).map(Octets.lowercased) == [UInt8](keyword.utf8) else {
      throw syntax
    }
    let rest = argument.dropFirst(keyword.utf8.count).drop(while: Octets.isBlank)
    guard let first = rest.first else { throw syntax }
    let isAngled = first == Octets.openAngle
    guard let end = isAngled ? Self.endOfAngled(rest) : Self.endOfWord(rest) else {
      throw malformed
    }
    guard end == rest.endIndex || Octets.isBlank(rest[end]) else { throw malformed }
    text = Array(isAngled ? rest[rest.startIndex + 1..<end - 1] : rest[..<end])
    parameters = rest[end...].split(whereSeparator: Octets.isBlank).map([UInt8].init)
  }

  private static func endOfAngled(_ bytes: ArraySlice<UInt8>) -> Int? {
    var isQuoted = false
    var index = bytes.startIndex + 1
    while index < bytes.endIndex {
      switch bytes[index] {
      case Octets.backslash where isQuoted: index += 1
      case Octets.quote: isQuoted.toggle()
      case Octets.openAngle where !isQuoted: return nil
      case Octets.closeAngle where !isQuoted: return index + 1
      default: break
      }
      index += 1
    }
    return nil
  }

  private static func endOfWord(_ bytes: ArraySlice<UInt8>) -> Int? {
    let end = bytes.firstIndex(where: Octets.isBlank) ?? bytes.endIndex
    let isPlain = bytes[..<end].allSatisfy {
      $0 != Octets.quote && $0 != Octets.openAngle && $0 != Octets.closeAngle
    }
    return isPlain ? end : nil
  }

  /// The reverse-path as the value of `-f`.
  ///
  ///     reverse-path = [addr-spec]        ; in the grammar of identities, without name and comment
  ///
  /// - Parameter inAnyForm: Whether any one word will do, for Postfix to read.
  /// - Returns: The value.
  /// - Throws: `badSender`.
  func reversePath(inAnyForm: Bool) throws(SMTPReply) -> [UInt8] {
    guard !text.isEmpty else { return [Octets.openAngle, Octets.closeAngle] }
    if let mailbox = try? MailboxList.parseOne(text, field: .returnPath),
      mailbox.addrSpecRange == 0..<text.count
    {
      return text
    }
    guard inAnyForm, isOneWord else { throw .badSender }
    return text
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

  /// Whether, outside quoted strings and domain literals, nothing divides addresses.
  private var isOneWord: Bool {
    var closing: UInt8?
    var index = 0
    while index < text.count {
      let byte = text[index]
      if let end = closing {
        if byte == Octets.backslash { index += 1 }
        if byte == end { closing = nil }
      } else if byte == Octets.quote {
        closing = Octets.quote
      } else if byte == Octets.openBracket {
        closing = Octets.closeBracket
      } else if Self.dividers.contains(byte) {
        return false
      }
      index += 1
    }
    return closing == nil
  }

  private static let dividers = [UInt8](" \t,;:()<>".utf8)
}
