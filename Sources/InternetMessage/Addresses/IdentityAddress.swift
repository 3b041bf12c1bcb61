/// Reads an address that honest software has written in a form that is not the plain one.
enum IdentityAddress {
  /// Reads what stands between angles, or a word with `@`.
  ///
  /// Blanks and comments beside `@` and dots, backslashes before ordinary characters, `mailto:` and
  /// a dot behind the domain are taken away, as Postfix does. The local part and the domain must be
  /// of the plain grammar then.
  ///
  /// - Parameters:
  ///   - bytes: The field body.
  ///   - range: The place.
  /// - Returns: The address, its domain in a form that every reader reads alike.
  /// - Throws: The fault; `index` is where it is, in the body, or the start.
  static func read(
    _ bytes: [UInt8], _ range: Range<Int>
  ) throws(Fault) -> AddrSpec {
    let (text, places) = cleaned(bytes, range)
    var reader = AddrSpecReader(text, 0..<text.count)
    do throws(IdentityFault) {
      return try reader.read(acceptingAnyULabel: true)
    } catch {
      let place = reader.index < places.count ? places[reader.index] : range.upperBound
      throw Fault(index: place, fault: error)
    }
  }

  /// A fault and its place in the body.
  struct Fault: Error {
    let index: Int
    let fault: IdentityFault
  }

  /// Takes away what Postfix takes away.
  ///
  /// - Returns: The rest, and where each byte stood.
  private static func cleaned(
    _ bytes: [UInt8], _ range: Range<Int>
  ) -> (text: [UInt8], places: [Int]) {
    var text: [UInt8] = []
    var places: [Int] = []
    var range = Octets.trimmingSpace(bytes, range)
    let scheme = "mailto:"
    let behind = range.lowerBound + scheme.utf8.count
    if behind <= range.upperBound, Octets.matches(bytes, at: range.lowerBound..<behind, scheme) {
      range = behind..<range.upperBound
    }
    var index = range.lowerBound
    var depth = 0
    while index < range.upperBound {
      let byte = bytes[index]
      if byte == Octets.openComment {
        depth += 1
      } else if byte == Octets.closeComment && depth > 0 {
        depth -= 1
      } else if depth == 0, !isDroppedBackslash(bytes, index, before: range.upperBound) {
        text.append(byte)
        places.append(index)
      }
      index += 1
    }
    removeBlanks(&text, &places)
    if text.count > 1, text.last == Octets.dot, text[text.count - 2] != Octets.dot,
      text.contains(Octets.at)
    {
      text.removeLast()
      places.removeLast()
    }
    return (text, places)
  }

  /// Whether a backslash stands before a character that needs none.
  private static func isDroppedBackslash(_ bytes: [UInt8], _ index: Int, before end: Int) -> Bool {
    guard bytes[index] == Octets.backslash, index + 1 < end else { return false }
    return Octets.isOrdinary(bytes[index + 1])
  }

  /// Removes blanks at the ends and beside `@` and dots; others are left, and refused.
  private static func removeBlanks(_ text: inout [UInt8], _ places: inout [Int]) {
    var kept: [UInt8] = []
    var keptPlaces: [Int] = []
    for index in text.indices {
      if Octets.isSpace(text[index]) {
        let next = text[index...].first { !Octets.isSpace($0) }
        guard let next, let last = kept.last else { continue }
        if isJoint(next) || isJoint(last) { continue }
      }
      kept.append(text[index])
      keptPlaces.append(places[index])
    }
    (text, places) = (kept, keptPlaces)
  }

  private static func isJoint(_ byte: UInt8) -> Bool { byte == Octets.at || byte == Octets.dot }
}
