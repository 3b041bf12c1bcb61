internal import InternetMessage

/// A reply of the server (RFC 5321 §4.2).
package struct SMTPReply: Error, Sendable, Equatable {
  /// The three digits.
  package let code: Int
  /// The enhanced status code (RFC 3463), which most replies have.
  package let status: String?
  /// The text, a line each; printable.
  package let lines: [String]

  /// Makes a reply of one line.
  package init(_ code: Int, _ status: String?, _ text: String) {
    self.init(code, status, lines: [text])
  }

  /// Makes a reply of several lines.
  init(_ code: Int, _ status: String?, lines: [String]) {
    self.code = code
    self.status = status
    self.lines = lines
  }

  /// Whether the server says no more after it (RFC 5321 §3.8).
  var isLast: Bool { code == 421 }

  /// Whether it says no, for now or for good.
  package var isError: Bool { code >= 400 }

  /// The reply as it is sent: each line cut to what a client must be able to take, and without
  /// anything that could end it early.
  ///
  ///     reply = *( code "-" [status SP] text CRLF ) code SP [status SP] text CRLF
  package var bytes: [UInt8] {
    var bytes: [UInt8] = []
    for (index, text) in lines.enumerated() {
      var line = [UInt8]("\(code)\(index == lines.count - 1 ? " " : "-")".utf8)
      if let status { line += [UInt8]("\(status) ".utf8) }
      line += text.utf8.map { $0 >= Octets.space && $0 < Octets.delete ? $0 : Octets.questionMark }
      bytes += line.prefix(SMTPLimits.replyBytes - 2) + [Octets.carriageReturn, Octets.lineFeed]
    }
    return bytes
  }
}
