/// What is left of a field body as the name.
extension IdentityRepair {
  /// The name beside a mailbox, decoded.
  func name(beside mailbox: AddrSpec) -> [UInt8] {
    Self.trimmed(NameText(rawName(beside: mailbox)).name)
  }

  /// Everything but the mailbox: quotes, backslashes and folding are gone, encoded words are not.
  func rawName(beside mailbox: AddrSpec?) -> [UInt8] {
    var name: [UInt8] = []
    var comments: [UInt8] = []
    for piece in pieces {
      switch piece.kind {
      case .text:
        var start = piece.range.lowerBound
        for skipped in mailboxRanges where piece.range.overlaps(skipped) {
          let range = skipped.clamped(to: piece.range)
          appendUnescaped(start..<range.lowerBound, to: &name)
          start = range.upperBound
        }
        appendUnescaped(start..<piece.range.upperBound, to: &name)
      case .quoted:
        if !isPartOfMailbox(piece.range) { appendUnescaped(piece.range, to: &name) }
      case .comment:
        name.append(Octets.openComment)
        appendUnescaped(piece.range, to: &name)
        name.append(Octets.closeComment)
        if !comments.isEmpty { comments.append(Octets.space) }
        appendUnescaped(piece.range, to: &comments)
      case .angle where mailbox != nil && isMailbox(piece.range):
        name.append(Octets.space)
      case .angle:
        name.append(Octets.openAngle)
        appendUnescaped(piece.range, to: &name)
        name.append(Octets.closeAngle)
      }
    }
    return Self.trimmed(hasOnlyComments ? comments : name)
  }

  /// Whether nothing but comments stands beside the mailbox: they are the name then.
  private var hasOnlyComments: Bool {
    pieces.allSatisfy { piece in
      switch piece.kind {
      case .comment: return true
      case .angle: return isMailbox(piece.range)
      case .quoted: return isPartOfMailbox(piece.range)
      case .text:
        return piece.range.allSatisfy { index in
          mailboxRanges.contains { $0.contains(index) } || Self.isSeparator(body[index])
        }
      }
    }
  }

  private func isPartOfMailbox(_ range: Range<Int>) -> Bool {
    mailboxRanges.contains { $0.overlaps(range) }
  }

  private func isMailbox(_ range: Range<Int>) -> Bool {
    guard mailboxRanges.isEmpty else { return false }
    return body[range].contains(Octets.at) || pieces.count { $0.kind == .angle } == 1
  }

  /// Appends bytes without backslashes and line feeds.
  private func appendUnescaped(_ range: Range<Int>, to text: inout [UInt8]) {
    var isEscaped = false
    var previous: UInt8 = 0
    let isUTF8 = Unicode8.isValid(body)
    for index in range {
      let byte = body[index]
      let isHalf = !isUTF8 && previous >= 0x81
      if byte == Octets.backslash && !isEscaped && !isHalf {
        isEscaped = true
      } else {
        if byte != Octets.lineFeed { text.append(byte) }
        isEscaped = false
      }
      previous = byte
    }
  }

  /// Cuts the separators at both ends that lists, groups and torn angles leave; marks alone are no
  /// name.
  private static func trimmed(_ name: [UInt8]) -> [UInt8] {
    guard name.contains(where: { Octets.isAlphanumeric($0) || $0 >= 0x80 }),
      let first = name.firstIndex(where: { !isSeparator($0) && $0 != Octets.closeAngle }),
      let last = name.lastIndex(where: { !isSeparator($0) && $0 != Octets.openAngle }),
      first <= last
    else { return [] }
    return Array(name[first...last])
  }

  private static func isSeparator(_ byte: UInt8) -> Bool {
    Octets.isSpace(byte) || byte == Octets.comma || byte == Octets.semicolon || byte == Octets.colon
  }
}
