private import Policy

extension QuotaRow {
  /// The row as one JSON object, without a line feed.
  ///
  ///     row     = {"uid":N,"user":S,"mode":S,"suspended":S/null,"messages":windows,
  ///                "recipients":windows,"refused":{"hour":N,"day":N},"next_free":N/null,
  ///                "last_message":N/null}
  ///     windows = {"hour":count,"day":count}
  ///     count   = {"used":N,"limit":N/null}
  ///
  /// Names and their order are part of the contract with administrators' programs.
  package var json: [UInt8] {
    let fields = [
      "\"uid\":\(uid)",
      "\"user\":" + JSONText.string(user),
      "\"mode\":\"\(mode.rawValue)\"",
      "\"suspended\":" + (suspended.map(JSONText.string) ?? "null"),
      "\"messages\":" + Self.json(messages),
      "\"recipients\":" + Self.json(recipients),
      "\"refused\":{\"hour\":\(refusedInHour),\"day\":\(refusedInDay)}",
      "\"next_free\":" + Self.json(nextFree),
      "\"last_message\":" + Self.json(lastMessage),
    ]
    return Array("{\(fields.joined(separator: ","))}".utf8)
  }

  private static func json(_ windows: Windows) -> String {
    "{\"hour\":\(json(windows.hour)),\"day\":\(json(windows.day))}"
  }

  private static func json(_ count: Count) -> String {
    "{\"used\":\(count.used),\"limit\":\(json(count.limit.map(UInt64.init)))}"
  }

  private static func json(_ number: UInt64?) -> String {
    number.map { "\($0)" } ?? "null"
  }
}

extension QuotaRow {
  /// Reads a row as `json` writes it, and nothing else: the tool gets it from the drop-in of the
  /// same installation.
  ///
  /// - Parameter json: One object, at most `QuotaRow.jsonBytes` bytes; white space after it is
  ///   allowed. nil = anything but what `json` writes.
  package init?(json: [UInt8]) {
    guard json.count <= Self.jsonBytes else { return nil }
    var reader = RowReader(json)
    guard reader.skip("{\"uid\":"), let uid = reader.number().flatMap(UInt32.init(exactly:)),
      reader.skip(",\"user\":"), let user = reader.string(),
      reader.skip(",\"mode\":"), let mode = reader.string(),
      let mode = Mode(rawValue: String(decoding: mode, as: UTF8.self)),
      reader.skip(",\"suspended\":"), let suspended = reader.nullable({ $0.string() }),
      reader.skip(",\"messages\":"), let messages = reader.windows(),
      reader.skip(",\"recipients\":"), let recipients = reader.windows(),
      reader.skip(",\"refused\":{\"hour\":"), let refusedInHour = reader.number(),
      reader.skip(",\"day\":"), let refusedInDay = reader.number(),
      reader.skip("},\"next_free\":"), let nextFree = reader.nullable({ $0.number() }),
      reader.skip(",\"last_message\":"), let lastMessage = reader.nullable({ $0.number() }),
      reader.skip("}"), reader.isAtEnd
    else { return nil }
    self.uid = uid
    self.user = user
    self.mode = mode
    self.suspended = suspended
    self.messages = messages
    self.recipients = recipients
    self.refusedInHour = refusedInHour
    self.refusedInDay = refusedInDay
    self.nextFree = nextFree
    self.lastMessage = lastMessage
  }

  /// The longest row that is read, in bytes: a reason of suspension is much shorter.
  package static let jsonBytes = 65_536
}

/// Walks the bytes of one row.
private struct RowReader {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  var isAtEnd: Bool { rest.allSatisfy { $0 == 0x0A || $0 == 0x20 } }

  mutating func skip(_ literal: String) -> Bool {
    guard rest.starts(with: literal.utf8) else { return false }
    rest = rest.dropFirst(literal.utf8.count)
    return true
  }

  mutating func number() -> UInt64? {
    let digits = rest.prefix { (0x30...0x39).contains($0) }
    rest = rest.dropFirst(digits.count)
    return UInt64(String(decoding: digits, as: UTF8.self))
  }

  /// The outer nil = malformed, the inner nil = JSON's null.
  mutating func nullable<Value>(_ read: (inout RowReader) -> Value?) -> Value?? {
    if skip("null") { return .some(nil) }
    guard let value = read(&self) else { return nil }
    return .some(value)
  }

  mutating func string() -> [UInt8]? {
    guard skip("\"") else { return nil }
    var text: [UInt8] = []
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "\""): return text
      case UInt8(ascii: "\\"):
        guard let escaped = escapedByte() else { return nil }
        text.append(escaped)
      default: text.append(byte)
      }
    }
    return nil
  }

  private mutating func escapedByte() -> UInt8? {
    switch rest.popFirst() {
    case let quoted? where quoted == UInt8(ascii: "\"") || quoted == UInt8(ascii: "\\"):
      return quoted
    case UInt8(ascii: "u")?:
      let digits = rest.prefix(4)
      rest = rest.dropFirst(4)
      guard let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16), value < 0x80
      else { return nil }
      return value
    default: return nil
    }
  }

  mutating func windows() -> QuotaRow.Windows? {
    guard skip("{\"hour\":"), let hour = count(), skip(",\"day\":"), let day = count(), skip("}")
    else { return nil }
    return QuotaRow.Windows(hour: hour, day: day)
  }

  private mutating func count() -> QuotaRow.Count? {
    guard skip("{\"used\":"), let used = number(), skip(",\"limit\":"),
      let limit = nullable({ $0.number().flatMap(UInt32.init(exactly:)) }), skip("}")
    else { return nil }
    return QuotaRow.Count(used: used, limit: limit)
  }
}
