/// An identity field in the form that can be read in one way only: `"name" <local@domain>`.
package struct CanonicalIdentity: Sendable, Equatable {
  /// The mailbox: the only angle address, else the only address.
  package let mailbox: AddrSpec

  /// The name in UTF-8, decoded as far as it can be; empty if there is none.
  package let name: [UInt8]

  /// Every other address that any reader could find anywhere in the field, at most 50.
  ///
  /// Each must be permitted to the user, or the field must be refused. They may be no addresses at
  /// all, only look like them.
  package let otherAddresses: [AddrSpec]

  init(mailbox: AddrSpec, name: [UInt8], otherAddresses: [AddrSpec]) {
    self.mailbox = mailbox
    self.name = name
    self.otherAddresses = otherAddresses
  }

  /// Reads a field body of any form, plain or not.
  ///
  /// The mailbox is the only angle address, else the only address outside quotes and comments, else
  /// the only one anywhere; the same address twice counts once. Example: of
  /// `[Shop] News (Ann) <news@shop.example>,` the name is `[Shop] News (Ann)`.
  ///
  /// - Parameters:
  ///   - body: What stands behind the colon, folded or not, at most
  ///     `MessageLimits.identityFieldBytes`.
  ///   - field: The field, for errors and for the length of its name.
  /// - Throws: `MessageError.unreadableIdentity`, at the byte that is wrong.
  package init(reading body: [UInt8], field: KnownField) throws(MessageError) {
    let limit = MessageLimits.identityFieldBytes
    guard body.count <= limit else {
      throw .unreadableIdentity(field, at: limit, .tooLong(limit: limit))
    }
    do throws(IdentityAddress.Fault) {
      self = try IdentityRepair.read(body, behind: field.name.utf8.count + 1)
    } catch {
      throw .unreadableIdentity(field, at: error.index, error.fault)
    }
  }

  /// The same identity without its name: what is advised where the name shows somebody else.
  package var withoutName: CanonicalIdentity {
    CanonicalIdentity(mailbox: mailbox, name: [], otherAddresses: [])
  }

  /// Writes the field body.
  ///
  /// Example: `Ada, VP of Engineering <ada@shop.example>` is written as
  /// ` "Ada, VP of Engineering" <ada@shop.example>`.
  ///
  /// - Parameter defaultDomain: What is put behind a mailbox without a domain.
  /// - Returns: What stands between colon and LF: a space, and lines of mostly 78 and never more
  ///   than 998 bytes. The name is left out where the field would be longer than
  ///   `MessageLimits.identityFieldBytes`.
  package func body(qualifiedWith defaultDomain: [UInt8]) -> [UInt8] {
    Self.body(decodedName: name, address: mailbox.qualified(with: defaultDomain))
  }

  /// Writes a field body of a name and an address.
  ///
  /// - Parameters:
  ///   - name: Any bytes, as `-F` has them: what is no UTF-8 and what is no part of a name is
  ///     left out.
  ///   - address: The address, at most `MessageLimits.identityAddressBytes`.
  /// - Returns: As `body(qualifiedWith:)`.
  package static func body(name: [UInt8], address: AddrSpec) -> [UInt8] {
    body(decodedName: NameText(name).name, address: address)
  }

  /// Writes a field body; what looks like an encoded word in the name is none.
  private static func body(decodedName name: [UInt8], address: AddrSpec) -> [UInt8] {
    let angle = [Octets.openAngle] + address.written + [Octets.closeAngle]
    guard !name.isEmpty else { return [Octets.space] + angle }
    let phrase = EncodedPhrase.written(name)
    let lastLine = phrase.count - (phrase.lastIndex(of: Octets.lineFeed).map { $0 + 1 } ?? 0)
    let isOneLine = lastLine == phrase.count
    let fits = (isOneLine ? longestName : 0) + lastLine + 1 + angle.count <= 78
    let body = [Octets.space] + phrase + (fits ? [] : [Octets.lineFeed]) + [Octets.space] + angle
    // Its own name, colon and LF are part of a field.
    guard body.count + longestName <= MessageLimits.identityFieldBytes else {
      return [Octets.space] + angle
    }
    return body
  }

  /// Bytes of `Resent-Sender: `.
  private static let longestName = 15
}
