internal import LinuxSystem

/// What Postfix's own configuration says.
enum PostfixSettings {
  private static let postconf = "/usr/sbin/postconf"
  /// The longest value that is read, in bytes; a domain name has 255.
  private static let valueBytes = 4_096

  /// Returns `myorigin`, the domain that Postfix appends to addresses without one.
  ///
  /// A value that begins with a slash names a file whose first line counts (Debian's /etc/mailname).
  ///
  /// - Returns: The domain; nil if Postfix is not installed or does not say.
  static func origin() -> [UInt8]? {
    guard let value = parameter("myorigin") else { return nil }
    guard value.first == UInt8(ascii: "/") else { return value }
    guard let file = try? FileDescriptor.open(path: value, options: .followLinks),
      let bytes = try? file.readToEnd(limit: valueBytes)
    else { return nil }
    return trimmed(bytes.prefix { $0 != UInt8(ascii: "\n") })
  }

  /// Returns the expanded value of a parameter.
  private static func parameter(_ name: String) -> [UInt8]? {
    let arguments = [postconf, "-xh", name].map { Array($0.utf8) }
    let environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C"].map { Array($0.utf8) }
    guard
      let capture = try? Execution.capture(
        Array(postconf.utf8), arguments: arguments, environment: environment,
        maximumBytes: valueBytes),
      capture.reason == .exited(0)
    else { return nil }
    return trimmed(capture.output[...])
  }

  private static func trimmed(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
    let isBlank = { (byte: UInt8) in byte <= 0x20 }
    let text = bytes.drop(while: isBlank).reversed().drop(while: isBlank).reversed()
    return text.isEmpty ? nil : Array(text)
  }
}
