/// A field body of any form, taken apart where most readers would.
struct IdentityPieces {
  /// One part of a body.
  struct Piece {
    /// What it is.
    enum Kind {
      /// Anything outside quotes, comments and angles.
      case text
      /// What stands between quotes.
      case quoted
      /// What stands in a comment, others in it included.
      case comment
      /// What stands between `<` and `>`.
      case angle
    }

    let kind: Kind
    /// Its place, without the marks around it.
    let range: Range<Int>
  }

  /// The parts in order.
  private(set) var pieces: [Piece] = []

  private let bytes: [UInt8]
  private let isUTF8: Bool
  private var start = 0

  /// Takes a body apart; a mark without its partner is text.
  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    isUTF8 = Unicode8.isValid(bytes)
    var index = 0
    while index < bytes.count {
      let end: Int?
      let kind: Piece.Kind
      switch bytes[index] {
      case Octets.quote: (kind, end) = (.quoted, endOfQuoted(index))
      case Octets.openComment: (kind, end) = (.comment, endOfComment(index))
      case Octets.openAngle: (kind, end) = (.angle, endOfAngle(index))
      default: (kind, end) = (.text, nil)
      }
      guard let end else {
        let isUnpaired = bytes[index] == Octets.quote
        if isUnpaired { closeText(at: index) }
        index = behindCharacter(index)
        if isUnpaired { start = index }
        continue
      }
      closeText(at: index)
      pieces.append(Piece(kind: kind, range: index + 1..<end - 1))
      start = end
      index = end
    }
    closeText(at: bytes.count)
  }

  private mutating func closeText(at end: Int) {
    if start < end { pieces.append(Piece(kind: .text, range: start..<end)) }
    start = end
  }

  /// Moves behind one character, with its backslash or its second byte.
  ///
  /// In bytes that are no UTF-8 a backslash behind one from 0x81 is the second half of a character,
  /// and between the escape sequences of ISO-2022-JP no byte is ASCII.
  private func behindCharacter(_ index: Int) -> Int {
    let byte = bytes[index]
    if byte == Octets.backslash { return min(index + 2, bytes.count) }
    if byte >= 0x81, !isUTF8, index + 1 < bytes.count, bytes[index + 1] == Octets.backslash {
      return index + 2
    }
    if byte == Octets.escape, index + 1 < bytes.count, bytes[index + 1] == 0x24 {
      return bytes[(index + 2)...].firstIndex(of: Octets.escape) ?? index + 1
    }
    return index + 1
  }

  private func endOfQuoted(_ open: Int) -> Int? {
    var index = open + 1
    while index < bytes.count {
      if bytes[index] == Octets.quote { return index + 1 }
      index = behindCharacter(index)
    }
    return nil
  }

  private func endOfComment(_ open: Int) -> Int? {
    var depth = 0
    var index = open
    while index < bytes.count {
      if bytes[index] == Octets.openComment {
        depth += 1
      } else if bytes[index] == Octets.closeComment {
        depth -= 1
        if depth == 0 { return index + 1 }
      }
      index = behindCharacter(index)
    }
    return nil
  }

  /// The end of an angle; nil if another begins before it.
  private func endOfAngle(_ open: Int) -> Int? {
    var index = open + 1
    while index < bytes.count {
      switch bytes[index] {
      case Octets.closeAngle: return index + 1
      case Octets.openAngle: return nil
      case Octets.quote: index = endOfQuoted(index) ?? index + 1
      default: index = behindCharacter(index)
      }
    }
    return nil
  }
}
