/// A name as mail programs decode it: what is left of it in UTF-8, and everything that any could
/// read.
struct NameText {
  /// The name in UTF-8 without controls and bidirectional overrides; what cannot be decoded is
  /// gone.
  let name: [UInt8]

  /// Whatever readers that know other charsets, or none, take the text for.
  let readings: [[UInt8]]

  /// Decodes a text.
  ///
  /// - Parameter text: At most `MessageLimits.identityFieldBytes`, without quotes of its own and
  ///   without folding: raw bytes of any charset, with encoded words.
  init(_ text: [UInt8]) {
    var decoder = NameDecoder(text, meaning: nil)
    let decoded = decoder.decode()
    name = Self.cleaned(decoded)
    // The raw bytes of ISO-2022-JP are not handed over: only what they say is read.
    let isEscaped = !decoder.isDoubtful && text.contains(Octets.escape)
    var readings = isEscaped ? [decoded] : [text, decoded]
    if decoder.isDoubtful {
      for charset in Self.alternatives {
        var other = NameDecoder(text, meaning: charset)
        readings.append(other.decode())
      }
    }
    self.readings = readings
  }

  /// What a text could be in, if it is not in what it says.
  private static var alternatives: [Charset] {
    Charset.rawCandidates + [
      .iso2022JP, .iso2022KR, .hz, .utf7, .utf16BigEndian, .utf16LittleEndian,
    ]
  }

  /// Leaves out what has no form in a name: overrides, marks of direction, and what was
  /// undecodable.
  private static func cleaned(_ text: [UInt8]) -> [UInt8] {
    var clean: [UInt8] = []
    clean.reserveCapacity(text.count)
    var index = 0
    while index < text.count {
      guard let scalar = Unicode8.scalar(text, &index, before: text.count) else {
        index += 1
        continue
      }
      switch scalar.value {
      case 0x00...0x1F, 0x7F...0x9F, 0x2028, 0x2029: clean.append(Octets.space)
      case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: break
      case 0xFFFD, 0xFEFF, 0xFFFE, 0xFFFF: break
      default: Unicode8.append(scalar, to: &clean)
      }
    }
    return Array(clean[Octets.trimmingSpace(clean, 0..<clean.count)])
  }
}

/// One pass over a text with encoded words.
struct NameDecoder {
  private let text: [UInt8]

  /// What everything is taken for whose charset is not told; nil leaves it out.
  private let meaning: Charset?

  private var decoded: [UInt8] = []

  /// Encoded bytes that wait for those of the next word: characters are torn between words.
  private var pending: [UInt8] = []
  private var pendingCharset: Charset?

  /// Whether anything in it could be meant otherwise.
  private(set) var isDoubtful = false

  /// Creates a decoder.
  init(_ text: [UInt8], meaning: Charset?) {
    self.text = text
    self.meaning = meaning
  }

  /// Decodes everything.
  mutating func decode() -> [UInt8] {
    var start = 0
    var index = 0
    var isBehindWord = false
    while index < text.count {
      guard text[index] == Octets.equals, index + 1 < text.count,
        text[index + 1] == Octets.questionMark,
        let word = EncodedWord.Parts(lenient: text, at: index)
      else {
        index += 1
        continue
      }
      // Blanks between two words are no part of the name, RFC 2047 §6.2.
      let between = start..<index
      if !isBehindWord || !between.allSatisfy({ Octets.isSpace(text[$0]) }) {
        appendRaw(between)
      }
      append(word)
      index = word.end
      start = index
      isBehindWord = true
    }
    appendRaw(start..<text.count)
    flush()
    return decoded
  }

  /// Appends bytes that stand outside encoded words.
  private mutating func appendRaw(_ range: Range<Int>) {
    if range.isEmpty { return }
    flush()
    let raw = Array(text[range])
    let isEscaped = raw.contains { $0 == Octets.escape }
    if !isEscaped && Unicode8.isValid(raw) {
      decoded += raw
      return
    }
    var characters: [UInt8] = []
    if isEscaped, Charset.iso2022JP.append(raw, to: &characters) {
      decoded += characters
      return
    }
    isDoubtful = true
    // Nobody says what they are, so the name is left out rather than guessed.
    if let meaning { _ = meaning.append(raw, to: &decoded) }
  }

  /// Takes the bytes of an encoded word.
  private mutating func append(_ word: EncodedWord.Parts) {
    let charset = Charset(named: text[word.charset])
    // Raw bytes may be meant as those of the charset, or as they are.
    var isWhole = charset == .utf8 || text[word.content].allSatisfy { $0 < 0x80 }
    let content =
      word.isBase64
      ? EncodedWord.lenientBase64(text[word.content], isWhole: &isWhole)
      : EncodedWord.quotedPrintable(text[word.content])
    if charset == nil || !isWhole { isDoubtful = true }
    guard let known = charset ?? meaning else { return }
    if pendingCharset != known { flush() }
    // What is broken is left out of the name, and still read by somebody.
    if isWhole || meaning != nil { pending += content }
    pendingCharset = known
  }

  private mutating func flush() {
    guard let charset = pendingCharset else { return }
    let start = decoded.count
    if !charset.append(pending, to: &decoded)
      || (charset == .ascii && !pending.allSatisfy { $0 < 0x80 })
    {
      isDoubtful = true
      if let meaning {
        decoded.removeSubrange(start...)
        _ = meaning.append(pending, to: &decoded)
      }
    }
    pending = []
    pendingCharset = nil
  }
}
