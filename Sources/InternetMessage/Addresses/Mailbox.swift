/// One sender of a message, RFC 5322 §3.4, with its places in the field body that it was read from.
package struct Mailbox: Sendable, Equatable {
  /// The address.
  package let addrSpec: AddrSpec

  /// The address in the field body, without `<` and `>`: a missing domain belongs at its end.
  package let addrSpecRange: Range<Int>

  /// The display name in the field body, its quotes included; nil if there is none.
  package let displayNameRange: Range<Int>?
}
