struct ShownText {
  let addresses: [[UInt8]] = []
  init(_ text: [UInt8]) {}
  func isSame(_ address: [UInt8], as addrSpec: AddrSpec) -> Bool { false }
}
