internal import InternetMessage
internal import LinuxSystem
internal import Policy
internal import Submission

/// A report as mail: the text, and the page for programs that show one.
enum ReportMail {
  /// Separates the parts; no line of either begins so.
  private static let boundary = "=_postern-report"

  /// Checks an address.
  ///
  /// - Parameter word: The value of the option.
  /// - Returns: The same.
  /// - Throws: `ToolFailure` of kind `usage`: it is not a plain one.
  static func checked(_ word: [UInt8]) throws(ToolFailure) -> [UInt8] {
    let isPlain = word.allSatisfy { Octets.isAtext($0) || $0 == Octets.dot || $0 == Octets.at }
    guard isPlain, let first = word.first, first != UInt8(ascii: "-"), first != Octets.at else {
      throw ToolFailure(.usage, "--mail: \(HelpText.shown(word)) is not a plain address")
    }
    return word
  }

  /// Sends a report, and waits until Postfix has it.
  ///
  /// - Parameters:
  ///   - report: The report.
  ///   - address: A plain address.
  ///   - configuration: The settings in force.
  /// - Throws: `ToolFailure`: Postfix has not taken it.
  static func send(
    _ report: Report, to address: [UInt8], by configuration: Configuration
  ) throws(ToolFailure) {
    let message = message(report, to: address, from: configuration.defaultDomain)
    guard AdministratorsMail(path: configuration.sendmailPath, to: [address]).send(message) else {
      throw ToolFailure(.failed, "Postfix has not taken the report; see its log")
    }
  }

  static func message(_ report: Report, to address: [UInt8], from domain: [UInt8]?) -> [UInt8] {
    let author = "postmaster" + (domain.map { "@" + String(decoding: $0, as: UTF8.self) } ?? "")
    let host = Diagnostics.shown(Array(report.host.utf8), limit: 64)
    let text = """
      From: Postern <\(author)>
      To: \(String(decoding: address, as: UTF8.self))
      Subject: Postern on \(host): \(report.permittedCount) permitted, \(report.refusedCount) refused
      Auto-Submitted: auto-generated
      MIME-Version: 1.0
      Content-Type: multipart/alternative; boundary="\(boundary)"

      --\(boundary)
      Content-Type: text/plain; charset=utf-8
      Content-Transfer-Encoding: 8bit

      \(ReportText(report).text)
      --\(boundary)
      Content-Type: text/html; charset=utf-8
      Content-Transfer-Encoding: 8bit

      \(ReportPage(report).html)
      --\(boundary)--

      """
    return Array(text.utf8)
  }
}
