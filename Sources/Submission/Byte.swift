/// The ASCII bytes that the message rules name.
enum Byte {
  static let lineFeed: UInt8 = 0x0A
  static let carriageReturn: UInt8 = 0x0D
  static let space: UInt8 = 0x20
  static let dot: UInt8 = 0x2E
  static let greaterThan: UInt8 = 0x3E
  static let delete: UInt8 = 0x7F
}
