internal import Policy

/// The sample postern.cf: every parameter with its meaning and its default, from the table of
/// settings.
enum SampleFile {
  private static let width = 100

  /// Install/postern.cf.
  static var text: String {
    let parameters = Setting.parameters.map { setting in
      let option = setting.isOption ? " An entry in \"senders\" can set its own." : ""
      let value = String(decoding: setting.defaultText, as: UTF8.self)
      return comment(setting.meaning + option) + "#\(setting.name) = \(value)".trimmedEnd + "\n"
    }
    return ([head] + parameters).joined(separator: "\n")
  }

  private static let head =
    comment("Configuration of Postern for all sites. See postern.cf(5).") + "#\n"
    + comment(
      """
      The syntax is that of Postfix's main.cf: "name = value"; a line that begins with white space continues the \
      previous one. Every parameter is shown with its default. Unknown names, repeated names, empty limits and invalid \
      values are errors.
      """) + "#\n"
    + comment(
      """
      Nothing takes effect before "postern map build"; if this file or "senders" has an error, what is in force stays in \
      force. "postern set NAME=VALUE" changes this file and builds; "postern conf" shows what is in force.
      """)

  /// Breaks a text into comment lines.
  private static func comment(_ text: String) -> String {
    var lines = ["#"]
    for word in text.split(whereSeparator: \.isWhitespace) {
      if lines[lines.count - 1].count + 1 + word.count > width { lines.append("#") }
      lines[lines.count - 1] += " " + word
    }
    return lines.map { $0 + "\n" }.joined()
  }
}

extension String {
  fileprivate var trimmedEnd: String { hasSuffix(" ") ? String(dropLast()) : self }
}
