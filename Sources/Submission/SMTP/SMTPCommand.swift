internal import InternetMessage

/// A command: what is asked for, and the rest of the line.
struct SMTPCommand: Sendable, Equatable {
  /// The commands that Postfix's smtpd(8) knows.
  enum Verb: String, Sendable, CaseIterable {
    case helo, ehlo, mail, rcpt, data, rset, noop, vrfy, quit
    case etrn, starttls, auth, bdat, xclient, xforward

    /// Whether it furthers nothing, so that many of it are an error.
    var isJunk: Bool {
      switch self {
      case .helo, .ehlo, .rset, .noop, .vrfy, .etrn: true
      default: false
      }
    }
  }

  let verb: Verb
  /// What follows the verb, without blanks around it.
  let argument: [UInt8]

  /// Reads a command line.
  ///
  ///     command = *WSP verb [1*WSP argument] *WSP        ; the verb in any case
  ///
  /// Control characters are refused: Postfix cuts a line at NUL, and a CR would be a blank.
  ///
  /// - Parameter line: The line without its end.
  /// - Throws: The reply; `notSMTP` ends the session.
  init(_ line: [UInt8]) throws(SMTPReply) {
    guard String(validating: line, as: UTF8.self) != nil else { throw .badEncoding }
    let isText = line.allSatisfy { ($0 >= Octets.space && $0 != Octets.delete) || $0 == Octets.tab }
    let words = line.split(maxSplits: 1, whereSeparator: Octets.isBlank)
    guard isText, let word = words.first.map([UInt8].init) else { throw .badSyntax }
    let name = String(decoding: word.map(Octets.lowercased), as: UTF8.self)
    guard let verb = Verb(rawValue: name) else {
      throw Self.isForeign(name, word) ? .notSMTP : .unknownCommand
    }
    self.verb = verb
    argument = Self.trimmed(words.dropFirst().first ?? [])
  }

  /// Whether a word shows that the client takes this for something else: for a web server, or for
  /// the inside of a message whose end it has misjudged.
  private static func isForeign(_ name: String, _ word: [UInt8]) -> Bool {
    ["connect", "get", "post"].contains(name) || HeaderSection.beginsField(word.span)
  }

  private static func trimmed(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    let start = bytes.drop(while: Octets.isBlank)
    return Array(
      start.prefix(
        (start.lastIndex { !Octets.isBlank($0) }.map { $0 + 1 } ?? start.startIndex)
          - start.startIndex))
  }
}
