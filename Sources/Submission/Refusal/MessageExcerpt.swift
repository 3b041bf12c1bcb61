package import InternetMessage

/// What the text about a message that cannot be read shows of it.
package enum MessageExcerpt: Sendable, Equatable {
  case nothing
  /// The header line that is wrong.
  case line([UInt8])
  /// What stands at the place of the fault of an identity field, and the field as it should be
  /// written, name and all; nil = nothing can be said.
  case identity(UInt8?, correction: [UInt8]?)
  /// The recipient argument of this number, from 1.
  case argument(Int, [UInt8])
  /// The recipient of this field.
  case recipient(KnownField, [UInt8])

  /// Finds the header line that an error is about.
  ///
  /// - Parameters:
  ///   - error: The error.
  ///   - header: The header section as it was read.
  ///   - isRepaired: Whether the error counts the lines of `HeaderSection(repairing:)`.
  /// - Returns: The line, or nothing.
  static func line(
    _ error: MessageError, in header: [UInt8], isRepaired: Bool
  ) -> MessageExcerpt {
    guard let number = error.line else { return .nothing }
    let section = isRepaired ? HeaderSection.mended(header) : header
    let lines = section.split(
      separator: Octets.lineFeed, maxSplits: number, omittingEmptySubsequences: false)
    return lines.count >= number ? .line([UInt8](lines[number - 1])) : .nothing
  }

  /// Finds the recipient that an error is about.
  ///
  /// - Parameters:
  ///   - error: The error, whose place is one in the section.
  ///   - section: The header section.
  /// - Returns: The text between two commas, and its field; or nothing.
  static func recipients(_ error: MessageError, in section: HeaderSection) -> MessageExcerpt {
    guard case .recipient(let place, _) = error else { return .nothing }
    for field in section.fields where field.range.contains(place) {
      guard let known = field.known else { return .nothing }
      let body = field.bodyRange
      let index = min(place, max(body.lowerBound, body.upperBound - 1))
      let before = section.bytes[body.lowerBound..<max(body.lowerBound, index)]
      let start = before.lastIndex(of: Octets.comma).map { $0 + 1 } ?? body.lowerBound
      let behind = section.bytes[max(start, index)..<body.upperBound]
      let end = behind.firstIndex(of: Octets.comma) ?? body.upperBound
      return .recipient(known, HeaderSection.trimmed(section.bytes[start..<end]))
    }
    return .nothing
  }

  /// Finds what is wrong with an identity field, and how it should be written.
  ///
  /// - Parameters:
  ///   - error: The error.
  ///   - section: The header section.
  ///   - defaultDomain: What an address without a domain gets.
  /// - Returns: The byte and the correction, as far as they are known.
  static func identity(
    _ error: MessageError, in section: HeaderSection, _ defaultDomain: [UInt8]?
  ) -> MessageExcerpt {
    guard let known = error.identityField, let field = section.all(known).first else {
      return .nothing
    }
    var byte: UInt8?
    if case .unreadableIdentity(_, let place, _) = error, place < field.bodyRange.count {
      byte = section.bytes[field.bodyRange.lowerBound + place]
    }
    guard let defaultDomain, let form = try? IdentityForm(reading: known, in: section),
      case .repaired(let identity) = form
    else { return .identity(byte, correction: nil) }
    let advised = identity.otherAddresses.isEmpty ? identity : identity.withoutName
    let body = advised.body(qualifiedWith: defaultDomain).filter { $0 != Octets.lineFeed }
    return .identity(byte, correction: [UInt8](known.name.utf8) + [Octets.colon] + body)
  }
}

extension HeaderSection {
  /// Cuts blanks and folding at both ends.
  fileprivate static func trimmed(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var slice = bytes
    while let first = slice.first, Octets.isSpace(first) { slice.removeFirst() }
    while let last = slice.last, Octets.isSpace(last) { slice.removeLast() }
    return [UInt8](slice)
  }
}

extension MessageError {
  /// The header line that it is about; nil = none.
  fileprivate var line: Int? {
    switch self {
    case .notAField(let line), .blankBeforeColon(let line), .whitespaceOnlyLine(let line),
      .carriageReturn(let line), .controlCharacter(let line, _), .fieldNameTooLong(let line, _):
      line
    default: nil
    }
  }

  /// The identity field that it is about; nil = none.
  fileprivate var identityField: KnownField? {
    switch self {
    case .repeatedField(let field), .unreadableIdentity(let field, _, _),
      .severalMailboxesWithoutSender(let field), .deceptiveDisplayName(let field, _, _):
      field
    default: nil
    }
  }
}
