import InternetMessage

/// A field body that is read as a list of mailboxes and as a list of recipients.
func fuzzAddresses(_ bytes: [UInt8]) {
  let recipients = try? RecipientList.parse(bytes, emptyIsError: false)
  if let recipients { requireStable(recipients) }
  if let path = try? MailboxList.reversePath(bytes) { requireStable(path) }
  guard let mailboxes = try? MailboxList.parse(bytes, field: .from) else { return }
  for mailbox in mailboxes {
    requireStable(mailbox.addrSpec)
    requirePlace(mailbox, in: bytes)
  }
  // The one reader is made for what Postfix finds, the other for what nobody can misread.
  if let recipients {
    require(
      recipients.map(\.addrSpec) == mailboxes.map(\.addrSpec),
      "both readers find the same: \(recipients.map { shown($0.written) })")
  }
}

/// What a mailbox says about its place is right: there stands its address, and an insertion behind it qualifies it.
private func requirePlace(_ mailbox: Mailbox, in bytes: [UInt8]) {
  let text = Array(bytes[mailbox.addrSpecRange])
  let alone = try? MailboxList.parseOne(text, field: .sender)
  require(alone?.addrSpec == mailbox.addrSpec, "the address stands where it is said to")
  if mailbox.addrSpec.domain == nil {
    let full = try? MailboxList.parseOne(text + Array("@ok.example".utf8), field: .sender)
    require(
      full?.addrSpec == mailbox.addrSpec.qualified(with: Array("ok.example".utf8)),
      "a domain can be put behind it")
  }
  if let range = mailbox.displayNameRange {
    require(
      !DisplayName.isDeceptive(Array(bytes[range]), for: mailbox.addrSpec),
      "its name shows no other address")
  }
}
