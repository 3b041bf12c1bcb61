struct MailboxScanner {
  init(_ bytes: [UInt8], field: KnownField) {}
  mutating func mailboxes() throws(MessageError) -> [Mailbox] { [] }
}
