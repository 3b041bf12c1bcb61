internal import Policy

/// Times on the command line: `90s`, `15m`, `2h`, `7d`.
enum Duration {
  /// Reads one.
  ///
  /// - Parameters:
  ///   - text: The value of an option.
  ///   - flag: The option.
  /// - Returns: Seconds, from 1 to those of 3650 days.
  /// - Throws: `ToolFailure` of kind `usage`.
  static func seconds(_ text: [UInt8], of flag: String) throws(ToolFailure) -> UInt32 {
    guard let seconds = Scalar.time(text[...]) else {
      throw ToolFailure(
        .usage,
        "\(flag): give a time such as 90s, 15m, 2h or 7d, at most \(Scalar.maximumSeconds / 86_400)d"
      )
    }
    return seconds
  }
}
