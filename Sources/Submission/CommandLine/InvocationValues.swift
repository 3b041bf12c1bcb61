internal import InternetMessage

/// The body type announced with `-B` (RFC 6152 §2, body-value).
package enum BodyType: String, Sendable {
  case sevenBit = "7BIT"
  case eightBitMIME = "8BITMIME"

  /// Reads a `-B` value: exact upper case, as Postfix has it.
  init?(_ value: [UInt8]) {
    switch value {
    case Array("7BIT".utf8): self = .sevenBit
    case Array("8BITMIME".utf8): self = .eightBitMIME
    default: return nil
    }
  }
}

/// The conditions asked for with `-N` (RFC 3461 §4.1, NOTIFY).
package struct Notify: OptionSet, Sendable {
  package let rawValue: UInt8

  /// Creates a set from its bits, of which the lower four have a meaning.
  package init(rawValue: UInt8) { self.rawValue = rawValue }

  package static let never = Notify(rawValue: 1)
  package static let success = Notify(rawValue: 2)
  package static let failure = Notify(rawValue: 4)
  package static let delay = Notify(rawValue: 8)

  /// Reads a `-N` value.
  ///
  ///     notify-list = "NEVER" / 1#( "SUCCESS" / "FAILURE" / "DELAY" )     ; any case
  ///
  /// Words are separated as by Postfix's name_mask(): any number of commas and white space. There
  /// may be as many as `Invocation.Limits.bytes` lets in.
  /// - Returns: nil = Postfix warns and ignores the option: no word, an unknown one, `never` with
  ///   another.
  init?(_ value: [UInt8]) {
    var set: Notify = []
    let separators = Array(", \t\r\n".utf8)
    for word in value.split(whereSeparator: separators.contains) {
      switch word.map(Octets.lowercased) {
      case Array("never".utf8): set.insert(.never)
      case Array("success".utf8): set.insert(.success)
      case Array("failure".utf8): set.insert(.failure)
      case Array("delay".utf8): set.insert(.delay)
      default: return nil
      }
    }
    guard !set.isEmpty, set == .never || !set.contains(.never) else { return nil }
    self = set
  }

  /// The set as a `-N` value that Postfix reads as the same set.
  package var parameter: String {
    let names: [(Notify, String)] = [
      (.never, "never"), (.success, "success"), (.failure, "failure"), (.delay, "delay"),
    ]
    return names.filter { contains($0.0) }.map { $0.1 }.joined(separator: ",")
  }
}

/// How much of the message a failure report returns, `-R` (RFC 3461 §4.3, RET).
package enum ReturnContent: String, Sendable {
  case full
  case headers = "hdrs"

  /// Reads a `-R` value in any case; nil = Postfix warns and ignores it.
  init?(_ value: [UInt8]) {
    switch value.map(Octets.lowercased) {
    case Array("full".utf8): self = .full
    case Array("hdrs".utf8): self = .headers
    default: return nil
    }
  }
}

/// Variable envelope return path, `-XV`: Postfix makes the sender of every recipient a different
/// one.
package enum VERP: Equatable, Sendable {
  /// `-XV` alone, or one of its old spellings: the delimiters of main.cf.
  case configuredDelimiters
  /// `-XVxy`: exactly these two, each one of `-=+`.
  case delimiters(UInt8, UInt8)

  /// verp_delimiter_filter as Postfix ships it.
  private static let allowed = Array("-=+".utf8)

  /// What may stand between the local part of the sender and the recipient.
  package var first: [UInt8] {
    switch self {
    case .configuredDelimiters: Self.allowed
    case .delimiters(let first, _): [first]
    }
  }

  /// Reads the delimiters of `-XVxy`.
  ///
  ///     verp-delims = 2( "-" / "=" / "+" )      ; verp_delimiter_filter as Postfix ships it
  init?(delimiters value: ArraySlice<UInt8>) {
    guard value.count == 2, let first = value.first, let second = value.last,
      Self.allowed.contains(first), Self.allowed.contains(second)
    else { return nil }
    self = .delimiters(first, second)
  }
}
