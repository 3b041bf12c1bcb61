/// The words of a body outside quotes, comments and angles.
struct IdentityTokens {
  /// Words with an at sign, a quoted string before it included.
  private(set) var addresses: [Range<Int>] = []

  /// All words.
  private(set) var words: [Range<Int>] = []

  private let body: [UInt8]

  /// Finds the words.
  ///
  ///     word = 1*(any but blanks, ",", ";") ; marks around it do not belong to it
  init(_ body: [UInt8], _ pieces: [IdentityPieces.Piece]) {
    self.body = body
    var previous: IdentityPieces.Piece?
    for piece in pieces {
      if piece.kind == .text {
        // `"a..b"@docomo.example`: the quotes belong to the address.
        let isQuotedLocalPart =
          previous?.kind == .quoted && body[piece.range.lowerBound] == Octets.at
        let start = isQuotedLocalPart ? previous.map { $0.range.lowerBound - 1 } : nil
        append(piece.range, from: start)
      }
      previous = piece
    }
  }

  private mutating func append(_ range: Range<Int>, from quoted: Int?) {
    var index = range.lowerBound
    var first = quoted
    while index < range.upperBound {
      while index < range.upperBound, isSeparator(index, before: range.upperBound) { index += 1 }
      let start = index
      while index < range.upperBound, !isSeparator(index, before: range.upperBound) { index += 1 }
      if start < index { append(word: first ?? start, start..<index) }
      first = nil
    }
  }

  private mutating func append(word start: Int, _ range: Range<Int>) {
    var lower = range.lowerBound
    var upper = range.upperBound
    while lower < upper, isMark(body[lower]) { lower += 1 }
    while upper > lower, isMark(body[upper - 1]) || body[upper - 1] == Octets.dot { upper -= 1 }
    guard lower < upper else { return }
    let word = (start < range.lowerBound ? start : lower)..<upper
    words.append(word)
    if body[lower..<upper].contains(Octets.at) { addresses.append(word) }
  }

  /// Whether a byte divides words; a colon does so before a blank.
  private func isSeparator(_ index: Int, before end: Int) -> Bool {
    switch body[index] {
    case Octets.comma, Octets.semicolon: true
    case Octets.colon: index + 1 == end || Octets.isSpace(body[index + 1])
    default: Octets.isSpace(body[index])
    }
  }

  /// Brackets and quotation marks around a word.
  private func isMark(_ byte: UInt8) -> Bool {
    switch byte {
    case Octets.openBracket, Octets.closeBracket, Octets.closeComment, Octets.openComment,
      Octets.openAngle, Octets.closeAngle, 0x27, 0x60, 0x7B, 0x7D:
      true
    default: false
    }
  }
}
