internal import LinuxSystem
internal import Policy

/// Text is built as bytes: argv and header fields are bytes, and the hot path pays for no Unicode.
extension [UInt8] {
  /// Appends our own words.
  ///
  /// - Parameter words: ASCII or UTF-8 text of the program, never of the caller.
  mutating func append(_ words: String) {
    append(contentsOf: words.utf8)
  }

  /// Appends the caller's bytes so that they can neither end a line nor speak to a terminal.
  ///
  /// Printable ASCII stays; a backslash is doubled, every other byte becomes `\xHH`.
  ///
  /// - Parameters:
  ///   - untrusted: Bytes of the caller.
  ///   - limit: The largest count of bytes appended, give or take one escape; `...` marks a cut.
  ///   - quoting: A byte that is escaped too, because it ends the surrounding quotes.
  mutating func append(
    escaping untrusted: some Collection<UInt8>, limit: Int = 120, quoting: UInt8? = nil
  ) {
    let end = count + limit
    for byte in untrusted {
      guard count < end else {
        append("...")
        return
      }
      if byte == 0x5C || byte == quoting {
        append(0x5C)
        append(byte)
      } else if byte >= 0x20, byte < 0x7F {
        append(byte)
      } else {
        append("\\x")
        append(hexDigits[Int(byte >> 4)])
        append(hexDigits[Int(byte & 15)])
      }
    }
  }

  /// Appends the caller's bytes as a value of logfmt has them between its quotes.
  ///
  /// UTF-8 stays that a terminal shows and does nothing else with; a quote and a backslash get a
  /// backslash, every other byte becomes `\u00XX`.
  ///
  /// - Parameters:
  ///   - untrusted: Bytes of the caller.
  ///   - limit: The largest count of bytes appended, give or take one character; `...` marks a cut.
  mutating func append(logfmt untrusted: [UInt8], limit: Int) {
    let end = count + limit
    var position = 0
    while position < untrusted.count {
      guard count < end else {
        append("...")
        return
      }
      let byte = untrusted[position]
      if byte >= 0x20, byte < 0x7F {
        if byte == 0x22 || byte == 0x5C { append(0x5C) }
        append(byte)
        position += 1
        continue
      }
      let length: Int
      var isShown = false
      var parser = Unicode.UTF8.ForwardParser()
      var iterator = untrusted[position...].makeIterator()
      switch parser.parseScalar(from: &iterator) {
      case .valid(let encoded):
        length = encoded.count
        isShown = Unicode.UTF8.decode(encoded).isHarmless
      case .error(let bad): length = bad
      case .emptyInput: return
      }
      append(untrusted[position..<position + length], isShown: isShown)
      position += length
    }
  }

  private mutating func append(_ character: ArraySlice<UInt8>, isShown: Bool) {
    if isShown {
      append(contentsOf: character)
      return
    }
    for byte in character {
      append("\\u00")
      append(hexDigits[Int(byte >> 4)])
      append(hexDigits[Int(byte & 15)])
    }
  }

  /// Appends a time as RFC 3339 writes it, in UTC: `2026-11-23T20:43:56Z`.
  ///
  /// - Parameter seconds: Seconds since 1970, before the year 10000.
  mutating func append(time seconds: UInt64) {
    let date = CivilDate(daysSince1970: seconds / 86_400)
    append(decimal: date.year, width: 4)
    append("-")
    append(decimal: UInt64(date.month), width: 2)
    append("-")
    append(decimal: UInt64(date.day), width: 2)
    append("T")
    append(decimal: seconds % 86_400 / 3_600, width: 2)
    append(":")
    append(decimal: seconds % 3_600 / 60, width: 2)
    append(":")
    append(decimal: seconds % 60, width: 2)
    append("Z")
  }
}

private let hexDigits = [UInt8]("0123456789ABCDEF".utf8)
