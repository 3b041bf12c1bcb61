package import InternetMessage
internal import Policy

/// The changes that Postern makes to a header section; everything else is handed over byte for
/// byte.
package struct HeaderEdits: Sendable {
  /// Fields that are not handed over.
  package var dropped: [KnownField] = []
  /// Fields whose body is another one; where such a field is repeated, only the first stays.
  package var replacements: [(field: KnownField, body: [UInt8])] = []
  /// Texts inserted into the section at byte offsets, in ascending order: domains that were left
  /// out.
  package var insertions: [(offset: Int, bytes: [UInt8])] = []
  /// Whole lines put before the first field.
  package var prepended: [UInt8] = []
  /// Whole lines put after the last field.
  package var appended: [UInt8] = []

  /// Creates an edit that changes nothing.
  package init() {}

  /// Applies the changes.
  ///
  /// - Parameter section: The header section as it was read.
  /// - Returns: The header section to hand over, without the empty line that ends it.
  package func applied(to section: HeaderSection) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(section.bytes.count + prepended.count + appended.count + 256)
    result += prepended
    if section.isOpaque { result += section.bytes }
    var replaced: [KnownField] = []
    var insertion = insertions.startIndex
    for field in section.fields {
      var isDropped = field.known.map { dropped.contains($0) } ?? false
      if !isDropped, let known = field.known, let body = replacement(of: known) {
        isDropped = true
        if !replaced.contains(known) {
          result += section.bytes[field.nameRange]
          result.append(Octets.colon)
          result += body
          result.append(Octets.lineFeed)
          replaced.append(known)
        }
      }
      var start = field.range.lowerBound
      while insertion < insertions.endIndex, insertions[insertion].offset < field.range.upperBound {
        if !isDropped {
          result += section.bytes[start..<insertions[insertion].offset]
          result += insertions[insertion].bytes
          start = insertions[insertion].offset
        }
        insertion += 1
      }
      if !isDropped { result += section.bytes[start..<field.range.upperBound] }
    }
    if !appended.isEmpty, let last = result.last, last != Octets.lineFeed {
      result.append(Octets.lineFeed)
    }
    result += appended
    return result
  }

  private func replacement(of field: KnownField) -> [UInt8]? {
    for replacement in replacements where replacement.field == field { return replacement.body }
    return nil
  }
}

extension HeaderEdits {
  /// Adds a domain to an address of a field that was written without one.
  ///
  /// Postfix would complete it with `$myorigin`, which need not be the domain that was checked.
  ///
  /// - Parameters:
  ///   - mailbox: The mailbox as it was parsed from the body of `field`.
  ///   - field: The field that holds it.
  ///   - domain: The domain that the address was checked with.
  package mutating func qualify(_ mailbox: Mailbox, in field: HeaderField, with domain: [UInt8]) {
    guard mailbox.addrSpec.domain == nil else { return }
    let offset = field.bodyRange.lowerBound + mailbox.addrSpecRange.upperBound
    insertions.append((offset, [0x40] + domain))
    insertions.sort { $0.offset < $1.offset }
  }

  /// Adds the From: field that is missing, as Postfix's cleanup(8) would form it.
  ///
  /// - Parameters:
  ///   - address: The checked address.
  ///   - fullName: Its display name, if there is one.
  package mutating func addFrom(_ address: AddrSpec, fullName: [UInt8]?) {
    appended += Self.field(.from, FullName(fullName ?? []).body(beside: address))
  }

  /// Adds the header field by which an abuse report names the site.
  ///
  /// - Parameters:
  ///   - uid: The submitting user.
  ///   - host: The name of this machine.
  ///   - time: Seconds since 1970.
  package mutating func addTrace(uid: UInt32, host: [UInt8], time: UInt64) {
    prepended.append("X-Postern: uid=")
    prepended.append(decimal: UInt64(uid))
    prepended.append("; host=")
    prepended += host
    prepended.append("; time=")
    prepended.append(time: time)
    prepended.append("\n")
  }

  /// Forms a header field.
  ///
  /// - Parameters:
  ///   - known: The field.
  ///   - body: What follows the colon, in lines that are short enough.
  /// - Returns: The field with its LF.
  static func field(_ known: KnownField, _ body: [UInt8]) -> [UInt8] {
    [UInt8](known.name.utf8) + [Octets.colon] + body + [Octets.lineFeed]
  }

  /// Folds a text of any length into lines that smtp(8) does not cut, none of them of blanks only.
  ///
  /// - Parameter text: The text, unfolded; what is behind `MessageLimits.identityFieldBytes` goes.
  /// - Returns: The body of a field, blank first.
  static func folded(_ text: [UInt8]) -> [UInt8] {
    var body: [UInt8] = []
    var rest = text.prefix(MessageLimits.identityFieldBytes)
    while !rest.isEmpty {
      let line = rest.prefix(MessageLimits.identityAddressBytes)
      rest = rest.dropFirst(MessageLimits.identityAddressBytes)
      // A continuation line of blanks only ends the header for some readers.
      if line.allSatisfy(Octets.isSpace) { continue }
      if !body.isEmpty { body.append(Octets.lineFeed) }
      body.append(Octets.space)
      body += line
    }
    return body
  }
}
