package import InternetMessage

/// The changes that Postern makes to a header section; everything else is handed over byte for byte.
package struct HeaderEdits: Sendable {
  /// Fields that are not handed over.
  package var dropped: [KnownField] = []
  /// Texts inserted into the section at byte offsets, in ascending order: domains that were left out.
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
    var insertion = insertions.startIndex
    for field in section.fields {
      let isDropped = field.known.map { dropped.contains($0) } ?? false
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
    result += appended
    return result
  }
}

extension HeaderEdits {
  /// Inserts a domain behind an address of a field that was written without one.
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
    appended += Self.fromField(address, phrase: fullName.map { DisplayName.encoded($0) } ?? [])
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

  /// Forms a field of a body that was read from one; what is longer than a line may be is cut.
  ///
  /// - Parameters:
  ///   - start: The field's name with colon and blank.
  ///   - body: The unfolded body.
  /// - Returns: The field with its LF.
  static func field(_ start: String, _ body: [UInt8]) -> [UInt8] {
    var field = [UInt8](start.utf8)
    field += body.prefix(MessageLimits.identityFieldBytes)
    field.append("\n")
    return field
  }

  /// Forms a From: field.
  ///
  /// - Parameters:
  ///   - address: Its address.
  ///   - phrase: A display name ready for the field, or nothing.
  /// - Returns: The field with its LF.
  static func fromField(_ address: AddrSpec, phrase: some Collection<UInt8>) -> [UInt8] {
    var field = [UInt8]("From: ".utf8)
    if phrase.isEmpty {
      field += address.written
    } else {
      field += phrase
      field.append(" <")
      field += address.written
      field.append(">")
    }
    field.append("\n")
    return field
  }
}
