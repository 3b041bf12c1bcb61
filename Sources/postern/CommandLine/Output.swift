internal import LinuxSystem
internal import Submission

/// What the tool prints.
enum Output {
  /// Writes text to standard output; what others have written in it speaks to no terminal.
  ///
  /// - Parameter text: Whole lines.
  /// - Throws: `ToolFailure`, if it cannot be written: who reads it must not take a part for the
  ///   whole.
  static func write(_ text: String) throws(ToolFailure) { try write(Array(text.utf8)) }

  /// Writes text of others to standard output; see `write` for strings.
  static func write(_ bytes: [UInt8]) throws(ToolFailure) { try writeAsItIs(SafeText.text(bytes)) }

  /// Writes text with the commands for a terminal in it that are our own.
  ///
  /// - Parameter text: Text in which all that others have written was made
  ///   `TerminalText.printable`.
  /// - Throws: As `write`.
  static func writeAsItIs(_ text: String) throws(ToolFailure) {
    do { try StandardOutput.write(Array(text.utf8)) } catch {
      throw ToolFailure(error, "cannot write the output")
    }
  }

  /// Writes lines to standard error, where nobody asks whether they arrive.
  static func complain(_ lines: [String]) {
    let text = lines.map { $0 + "\n" }.joined()
    StandardError.write(Array(SafeText.text(Array(text.utf8)).utf8))
  }
}
