internal import InternetMessage
internal import Policy

/// The name that goes with an address in a field which Postern or Postfix adds: that of `-F`, or
/// the account's.
struct FullName {
  let bytes: [UInt8]

  /// Takes a name.
  ///
  /// - Parameter bytes: Any bytes; at most `Invocation.Limits.fullNameBytes` of the caller's.
  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Finds an address that the name shows, and that the user may not use.
  ///
  /// - Parameters:
  ///   - address: The address that the name goes with.
  ///   - policy: The rules for the sender.
  /// - Returns: The address, or the whole name where it cannot be read in one way; nil = nothing
  ///   speaks against the name.
  func foreignAddress(beside address: AddrSpec, _ policy: SenderPolicy) -> [UInt8]? {
    guard DisplayName.isDeceptive(DisplayName.encoded(bytes), for: address) else { return nil }
    let body = CanonicalIdentity.body(name: bytes, address: address)
    guard policy.reading == .repairing, let entry = policy.entry,
      let identity = try? CanonicalIdentity(reading: body, field: .resentSender)
    else { return bytes }
    let delimiter = policy.configuration.recipientDelimiter
    for other in identity.otherAddresses
    where !entry.permits(policy.qualified(other), delimiter: delimiter) {
      return other.written
    }
    return nil
  }

  /// The body of a field with the name and an address, blank first.
  ///
  /// A name of a few atoms stands as Postfix would write it, without quotes.
  ///
  /// - Parameter address: The address, at most `MessageLimits.identityAddressBytes`.
  /// - Returns: Lines of at most `MessageLimits.lineBytes`.
  func body(beside address: AddrSpec) -> [UInt8] {
    let phrase = DisplayName.encoded(bytes)
    if phrase.isEmpty { return [Octets.space] + address.written }
    let isPlain = phrase.first != Octets.quote && phrase.allSatisfy { $0 < 0x80 }
    guard isPlain, phrase.count <= Self.plainBytes else {
      return CanonicalIdentity.body(name: bytes, address: address)
    }
    return [Octets.space] + phrase + [Octets.space, Octets.openAngle] + address.written
      + [Octets.closeAngle]
  }

  /// Whether Postfix would write the name into a line that smtp(8) does not cut.
  func fitsLine(beside address: AddrSpec) -> Bool {
    let phrase = DisplayName.encoded(bytes)
    return phrase.count <= Self.plainBytes
      && phrase.count + address.written.count <= MessageLimits.identityAddressBytes
  }

  /// Bytes of a name in a line that needs no folding, RFC 5322 §2.1.1, with any address.
  private static let plainBytes = 60
}
