internal import LinuxSystem

/// What Postfix's own configuration says.
enum PostfixSettings {
  private static let postconf = "/usr/sbin/postconf"
  /// The longest value that is read, in bytes.
  private static let valueBytes = 65_536

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

  /// Returns a parameter that is a list.
  ///
  /// - Parameter name: The parameter.
  /// - Returns: Its words, as main.cf separates them; none if Postfix does not say.
  static func list(_ name: String) -> [[UInt8]] {
    let words = parameter(name)?.split { $0 <= 0x20 || $0 == UInt8(ascii: ",") } ?? []
    return words.map { Array($0) }
  }

  /// Returns the domains whose addresses stand in tables without a domain (virtual(5)).
  ///
  /// - Returns: `myorigin` and the names in `mydestination`; tables in it are left out.
  static func localDomains() -> [[UInt8]] {
    let destinations = list("mydestination").filter { !$0.contains(UInt8(ascii: ":")) }
    return (origin().map { [$0] } ?? []) + destinations
  }

  /// What Postfix's programs get as environment.
  static let environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C"].map {
    Array($0.utf8)
  }

  /// Returns the expanded value of a parameter.
  private static func parameter(_ name: String) -> [UInt8]? {
    let arguments = [postconf, "-xh", name].map { Array($0.utf8) }
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
