package import Policy

/// What was decided about a message, as the log and `postern explain` name it.
package enum DecisionVerdict: String, Sendable, CaseIterable {
  /// Handed over as it was checked.
  case permit
  /// Handed over as it came, because of `mode = audit`.
  case audit
  /// Refused.
  case reject
}

/// Reads back one line that `DecisionLog` wrote, and nothing else.
///
///     line  = "verdict=" word " reason=" word " uid=" 1*DIGIT *( " " key "=" value )
///     key   = 1*( a-z / "-" )
///     value = *( VCHAR except DQUOTE ) / DQUOTE *( text / UTF-8 ) DQUOTE
///             ; \\ \" \u00HH are escapes, and \xHH of 0.1.0; "..." marks a cut
package struct DecisionLine: Sendable, Equatable {
  /// What was decided.
  package var verdict: DecisionVerdict
  /// Why; nil = nothing spoke against the message.
  package var reason: ReasonCode?
  /// Whose message it was.
  package var uid: UInt32
  /// The name of the user, or `uid:N`; nil = the entry was not known yet.
  package var user: [UInt8]?
  /// The envelope sender as an address; empty = the null sender; nil = none was given, or it was
  /// cut.
  package var envelope: [UInt8]?
  /// The addresses of From:, as far as they were logged whole.
  package var from: [[UInt8]] = []
  /// The address of Sender:.
  package var sender: [UInt8]?
  /// The addresses of Resent-From: and Resent-Sender:.
  package var resent: [[UInt8]] = []
  /// What X-PHP-Originating-Script: claims.
  package var script: [UInt8]?

  /// Where the caller's process was.
  package var directory: [UInt8]?
  /// The command line of the process that has started the program.
  package var process: [UInt8]?
  /// The control group of version 2.
  package var controlGroup: [UInt8]?
  /// How many recipients the message has.
  package var recipients: UInt64?
  /// The size of the message in bytes.
  package var size: UInt64?
  /// The Message-ID: field.
  package var messageID: [UInt8]?
  /// Domains of the first recipients, with commas between them; only the journal has them.
  package var recipientDomains: [UInt8]?
  /// What the refusal said; whole only in the journal.
  package var refusalText: [UInt8]?
  /// How many messages of the hour counted as used after it.
  package var messagesUsed: UInt64?
  /// How many recipients, likewise.
  package var recipientsUsed: UInt64?

  /// Whether a key for the envelope sender was there at all.
  package private(set) var namesEnvelope = false

  /// Reads a line.
  ///
  /// nil = malformed: a repeated key, an invalid escape, or a word that the program never writes.
  ///
  /// - Parameter line: The text after the head of the system log.
  package init?(_ line: ArraySlice<UInt8>) {
    var reader = PairReader(line)
    guard let verdict = reader.next(), verdict.is(.verdict),
      let word = DecisionVerdict(rawValue: verdict.text),
      let reason = reader.next(), reason.is(.reason),
      let uid = reader.next(), uid.is(.uid), let number = UInt32(uid.text)
    else { return nil }
    self.verdict = word
    self.reason = ReasonCode(rawValue: reason.text)
    guard self.reason != nil || reason.text == "none" else { return nil }
    self.uid = number
    var seen = [DecisionKey.verdict, .reason, .uid].map { Array($0.rawValue.utf8) }
    while let pair = reader.next() {
      guard !seen.contains(pair.key) else { return nil }
      seen.append(pair.key)
      take(pair)
    }
    guard reader.isAtEnd else { return nil }
  }

  private mutating func take(_ pair: Pair) {
    switch DecisionKey(rawValue: String(decoding: pair.key, as: UTF8.self)) {
    case .user: user = pair.value
    case .envelope:
      namesEnvelope = true
      envelope = pair.addresses.first
    case .from: from = pair.addresses
    case .sender: sender = pair.addresses.first
    case .resent: resent = pair.addresses
    case .script: script = pair.value
    case .cwd: directory = pair.value
    case .process: process = pair.value
    case .cgroup: controlGroup = pair.value
    case .recipients: recipients = UInt64(pair.text)
    case .size: size = UInt64(pair.text)
    case .messageID: messageID = pair.value
    case .messages: messagesUsed = pair.used
    case .recipientsUsed: recipientsUsed = pair.used
    case .to: recipientDomains = pair.value
    case .text: refusalText = pair.value
    case nil, .verdict, .reason, .uid, .login, .repaired, .rewritten, .ppid, .via, .map,
      .status:
      break
    }
  }
}

/// One `key=value`, its escapes undone.
private struct Pair {
  var key: [UInt8]
  var value: [UInt8]

  func `is`(_ key: DecisionKey) -> Bool { self.key.elementsEqual(key.rawValue.utf8) }

  var text: String { String(decoding: value, as: UTF8.self) }

  /// The number before the slash of `used/limit`.
  var used: UInt64? { UInt64(String(decoding: value.prefix { $0 != 0x2F }, as: UTF8.self)) }

  /// The addresses of a value that was not cut in their middle.
  ///
  ///     value = "<" address ">" *( ",<" address ">" ) [ ",..." ]
  var addresses: [[UInt8]] {
    var addresses: [[UInt8]] = []
    var rest = value[...]
    while rest.first == UInt8(ascii: "<") {
      guard let end = Self.end(rest) else { break }
      addresses.append(Array(rest[(rest.startIndex + 1)..<end]))
      rest = rest[(end + 1)...]
      if rest.first == UInt8(ascii: ",") { rest = rest.dropFirst() }
    }
    return addresses
  }

  /// Finds the ">" that ends an address: a quoted local part may hold others.
  private static func end(_ bytes: ArraySlice<UInt8>) -> Int? {
    bytes.indices.first { index in
      guard bytes[index] == UInt8(ascii: ">") else { return false }
      let next = bytes[(index + 1)...].prefix(2)
      return next.isEmpty || next.elementsEqual(",<".utf8) || next.elementsEqual(",.".utf8)
    }
  }
}

/// Walks the pairs of a line.
private struct PairReader {
  private static let blank = UInt8(ascii: " ")
  private static let quote = UInt8(ascii: "\"")
  private static let backslash = UInt8(ascii: "\\")

  private var rest: ArraySlice<UInt8>
  private var isFirst = true

  init(_ line: ArraySlice<UInt8>) { rest = line }

  var isAtEnd: Bool { rest.isEmpty }

  /// Returns the next pair; nil = the end, or, where `isAtEnd` is false, a malformed one.
  mutating func next() -> Pair? {
    let line = rest
    guard let pair = pair() else {
      rest = line
      return nil
    }
    return pair
  }

  private mutating func pair() -> Pair? {
    if !isFirst, rest.popFirst() != Self.blank { return nil }
    isFirst = false
    let key = rest.prefix { (0x61...0x7A).contains($0) || $0 == UInt8(ascii: "-") }
    rest = rest.dropFirst(key.count)
    guard !key.isEmpty, rest.popFirst() == UInt8(ascii: "=") else { return nil }
    let isQuoted = rest.first == Self.quote
    if isQuoted { rest.removeFirst() }
    guard let value = isQuoted ? quoted() : plain() else { return nil }
    return Pair(key: Array(key), value: value)
  }

  private mutating func plain() -> [UInt8]? {
    var value: [UInt8] = []
    while let byte = rest.first, byte != Self.blank {
      rest.removeFirst()
      guard byte > 0x20, byte < 0x7F, byte != Self.quote, let real = unescaped(byte) else {
        return nil
      }
      value.append(real)
    }
    return value.isEmpty ? nil : value
  }

  private mutating func quoted() -> [UInt8]? {
    var value: [UInt8] = []
    while let byte = rest.popFirst() {
      if byte == Self.quote { return value }
      guard byte >= 0x20, byte != 0x7F, let real = unescaped(byte) else { return nil }
      value.append(real)
    }
    return nil
  }

  /// Undoes the escape that a byte begins; any other byte is itself.
  private mutating func unescaped(_ byte: UInt8) -> UInt8? {
    guard byte == Self.backslash else { return byte }
    switch rest.popFirst() {
    case Self.backslash?: return Self.backslash
    case Self.quote?: return Self.quote
    case UInt8(ascii: "u")?:
      guard rest.popFirst() == UInt8(ascii: "0"), rest.popFirst() == UInt8(ascii: "0") else {
        return nil
      }
      return hexadecimalByte()
    case UInt8(ascii: "x")?: return hexadecimalByte()
    default: return nil
    }
  }

  /// Reads two digits.
  private mutating func hexadecimalByte() -> UInt8? {
    let digits = rest.prefix(2)
    guard digits.count == 2, digits.allSatisfy({ ("0"..."9") ~= $0 || ("A"..."F") ~= $0 }) else {
      return nil
    }
    rest = rest.dropFirst(2)
    return UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
  }
}

/// Whether a byte is a character of a range.
private func ~= (range: ClosedRange<Unicode.Scalar>, byte: UInt8) -> Bool {
  range.contains(Unicode.Scalar(byte))
}
