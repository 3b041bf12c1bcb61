/// A reply of the quota server, as far as one is believed in.
///
///     reply  = simple / error / integer / bulk / array       ; RESP 2
///     simple = "+" *OCTET CRLF
///     error  = "-" *OCTET CRLF
///     integer = ":" ["-"] 1*19DIGIT CRLF
///     bulk   = "$" length CRLF length*OCTET CRLF / "$-1" CRLF
///     array  = "*" count CRLF count*(simple / integer / bulk)
///
/// Arrays have no arrays in them, and no errors: no function of ours answers so. Whoever sits at
/// the other end, what is read is bounded.
package enum ServerReply: Equatable {
  case simple([UInt8])
  case error([UInt8])
  case integer(Int64)
  case bulk([UInt8])
  case null
  case array([Element])

  /// What an array holds.
  package enum Element: Equatable {
    case text([UInt8])
    case integer(Int64)
    case null
  }

  /// How much is read at most.
  package struct Bounds: Sendable {
    /// Bytes of all replies to one call.
    package let bytes: Int
    /// Elements of an array.
    package let count: Int

    /// Sets bounds.
    package init(bytes: Int, count: Int) { (self.bytes, self.count) = (bytes, count) }

    /// Of the answer to a message.
    static let charge = Bounds(bytes: 2_048, count: 16)
  }
}

/// Reads replies from what has arrived of them.
package struct ServerReplyReader {
  /// What was found at the position.
  package enum Finding: Equatable {
    case reply(ServerReply)
    /// More bytes are needed.
    case incomplete
    /// It is no reply, or a larger one than any of ours.
    case malformed
  }

  private let bounds: ServerReply.Bounds
  /// Where the next reply begins.
  package private(set) var position = 0

  /// Begins at the first byte.
  package init(_ bounds: ServerReply.Bounds) { self.bounds = bounds }

  /// Reads the next reply, and goes behind it.
  ///
  /// - Parameters:
  ///   - bytes: All that has arrived; it begins as it did before.
  ///   - count: How many of them count.
  /// - Returns: What stands at the position, which only a reply moves.
  package mutating func next(in bytes: [UInt8], count: Int) -> Finding {
    var cursor = ReplyCursor(bytes, from: position, to: min(count, bounds.bytes), bounds)
    let reply = cursor.reply()
    if cursor.isMalformed { return .malformed }
    guard let reply else {
      return count >= bounds.bytes ? .malformed : .incomplete
    }
    position = cursor.position
    return .reply(reply)
  }
}

/// Goes through the bytes of one reply; nil = they end too early, or are malformed.
private struct ReplyCursor {
  private let bytes: [UInt8]
  private let end: Int
  private let bounds: ServerReply.Bounds
  private(set) var position: Int
  private(set) var isMalformed = false

  init(_ bytes: [UInt8], from start: Int, to end: Int, _ bounds: ServerReply.Bounds) {
    self.bytes = bytes
    self.end = end
    self.bounds = bounds
    position = start
  }

  mutating func reply() -> ServerReply? {
    guard let kind = peek() else { return nil }
    switch kind {
    case UInt8(ascii: "-"):
      position += 1
      return line().map { .error($0) }
    case UInt8(ascii: "*"):
      position += 1
      return array()
    default:
      guard let element = element() else { return nil }
      switch element {
      case .text(let text): return kind == UInt8(ascii: "+") ? .simple(text) : .bulk(text)
      case .integer(let number): return .integer(number)
      case .null: return .null
      }
    }
  }

  private mutating func array() -> ServerReply? {
    guard let count = number() else { return nil }
    guard (0...Int64(bounds.count)).contains(count) else { return malformed() }
    var elements: [ServerReply.Element] = []
    for _ in 0..<count {
      guard let element = element() else { return nil }
      elements.append(element)
    }
    return .array(elements)
  }

  private mutating func element() -> ServerReply.Element? {
    guard let kind = peek() else { return nil }
    position += 1
    switch kind {
    case UInt8(ascii: "+"): return line().map { .text($0) }
    case UInt8(ascii: ":"): return number().map { .integer($0) }
    case UInt8(ascii: "$"):
      guard let count = number() else { return nil }
      if count == -1 { return .null }
      guard (0...Int64(bounds.bytes)).contains(count) else { return malformed() }
      let start = position
      guard end - start >= Int(count) + 2 else { return nil }
      position += Int(count)
      guard let rest = line() else { return nil }
      return rest.isEmpty ? .text(Array(bytes[start..<start + Int(count)])) : malformed()
    default: return malformed()
    }
  }

  private mutating func number() -> Int64? {
    guard let digits = line() else { return nil }
    guard digits.count <= 20, let number = Int64(String(decoding: digits, as: UTF8.self)),
      digits.first != UInt8(ascii: "+")
    else { return malformed() }
    return number
  }

  /// The bytes up to the next CRLF, which they cannot hold one half of.
  private mutating func line() -> [UInt8]? {
    var last = position
    while last < end, bytes[last] != 0x0D, bytes[last] != 0x0A { last += 1 }
    guard last < end else { return nil }
    guard bytes[last] == 0x0D else { return malformed() }
    guard last + 1 < end else { return nil }
    guard bytes[last + 1] == 0x0A else { return malformed() }
    defer { position = last + 2 }
    return Array(bytes[position..<last])
  }

  private func peek() -> UInt8? { position < end ? bytes[position] : nil }

  private mutating func malformed<Value>() -> Value? {
    isMalformed = true
    return nil
  }
}
