/// What lets a user send as somebody.
package enum Permit: Sendable, Equatable {
  /// The user is in `exempt_users`.
  case exemption
  /// It is the user's default address.
  case defaultAddress
  /// A pattern of the user's entry.
  case pattern(AddressPattern)
}
