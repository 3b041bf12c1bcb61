struct RecipientScanner {
  init(_ bytes: [UInt8], _ range: Range<Int>) {}
  mutating func scan(into recipients: inout [Recipient]) throws(MessageError) {}
}
