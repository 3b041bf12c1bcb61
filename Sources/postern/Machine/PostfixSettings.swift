internal import LinuxSystem
internal import Policy

/// What Postfix's own configuration says.
enum PostfixSettings {
  /// The longest value that is read, in bytes.
  private static let valueBytes = 65_536

  /// What `postern map build` takes over from Postfix; says so where Postfix cannot be asked.
  ///
  /// - Parameter withOrigin: Whether `myorigin` is needed.
  /// - Returns: What Postfix says.
  static func facts(withOrigin: Bool) -> PostfixFacts {
    var facts = PostfixFacts(origin: withOrigin ? origin() : nil)
    guard let text = parameter("message_size_limit").map({ String(decoding: $0, as: UTF8.self) }),
      let bytes = UInt64(text)
    else {
      Output.complain([
        "warning: Postfix does not tell its message_size_limit; that of Postern holds"
      ])
      return facts
    }
    // 0 is no limit.
    facts.messageBytes = bytes == 0 ? nil : bytes
    return facts
  }

  /// Returns `myorigin`, the domain that Postfix appends to addresses without one.
  ///
  /// A value that begins with a slash names a file whose first line counts (Debian's
  /// /etc/mailname).
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
    parameter(name).map(words) ?? []
  }

  /// Splits a list at blanks and commas, but not within braces (`inline:{ a = b, c = d }`).
  static func words(of text: [UInt8]) -> [[UInt8]] {
    var words: [[UInt8]] = []
    var word: [UInt8] = []
    var depth = 0
    for byte in text {
      if byte == UInt8(ascii: "{") { depth += 1 }
      if byte == UInt8(ascii: "}") { depth -= 1 }
      if depth <= 0, byte <= 0x20 || byte == UInt8(ascii: ",") {
        if !word.isEmpty { words.append(word) }
        word = []
      } else {
        word.append(byte)
      }
    }
    return word.isEmpty ? words : words + [word]
  }

  /// Returns the domains whose addresses stand in tables without a domain (virtual(5)).
  ///
  /// - Returns: `myorigin` and the names in `mydestination`; tables in it are left out.
  static func localDomains() -> [[UInt8]] {
    let destinations = list("mydestination").filter { !$0.contains(UInt8(ascii: ":")) }
    return (origin().map { [$0] } ?? []) + destinations
  }

  /// Returns the expanded value of a parameter.
  private static func parameter(_ name: String) -> [UInt8]? {
    let words = ["postconf", "-xh", name].map { Array($0.utf8) }
    guard let capture = try? Child.run(words, bytes: valueBytes), capture.reason == .exited(0)
    else { return nil }
    return trimmed(capture.output[...])
  }

  private static func trimmed(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
    let isBlank = { (byte: UInt8) in byte <= 0x20 }
    let text = bytes.drop(while: isBlank).reversed().drop(while: isBlank).reversed()
    return text.isEmpty ? nil : Array(text)
  }
}
