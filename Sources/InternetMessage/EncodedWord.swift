enum EncodedWord {
  static func decode(_ text: [UInt8]) throws(IdentityFault) -> [UInt8] { text }
}
