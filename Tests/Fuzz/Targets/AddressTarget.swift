import InternetMessage

/// A field body that is read as a list of mailboxes and as a list of recipients.
func fuzzAddresses(_ bytes: [UInt8]) {
  let recipients = try? RecipientList.parse(bytes, emptyIsError: false)
  if let recipients { requireStable(recipients) }
  if let path = try? MailboxList.reversePath(bytes) { requireStable(path) }
  requireCanonical(bytes)
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

/// A body in canonical form is of the plain grammar, in short lines, and says the same when it is read again.
private func requireCanonical(_ bytes: [UInt8]) {
  guard let identity = try? CanonicalIdentity(reading: bytes, field: .resentSender) else { return }
  let domain = Array("ok.example".utf8)
  let body = identity.body(qualifiedWith: domain)
  require(
    body.split(separator: 0x0A).allSatisfy {
      "Resent-Sender:".utf8.count + $0.count <= MessageLimits.lineBytes
    },
    "no line is cut")
  let mailbox = identity.mailbox.qualified(with: domain)
  do throws(MessageError) {
    let plain = try MailboxList.parseOne(body, field: .resentSender)
    require(plain.addrSpec.canonical == mailbox.canonical, "the mailbox is the one that was told")
  } catch {
    guard case .deceptiveDisplayName(_, _, let shown) = error else {
      fatalError("\(error) of \(Substring(decoding: body, as: UTF8.self))")
    }
    require(
      !identity.otherAddresses.isEmpty,
      "whom the name shows was told: \(Substring(decoding: shown, as: UTF8.self))")
  }
  guard let again = try? CanonicalIdentity(reading: body, field: .resentSender) else {
    fatalError("not read again")
  }
  require(again.mailbox.canonical == mailbox.canonical, "the mailbox is the same again")
  require(again.body(qualifiedWith: domain) == body, "and so is the field")
  // Its own domain stands in another form now, and without a domain nothing could be told of it.
  if identity.mailbox.domain == nil { return }
  for other in again.otherAddresses {
    require(
      identity.otherAddresses.contains { $0.canonicalLocalPart == other.canonicalLocalPart },
      "no address is new: \(shown(other.written))")
  }
}

/// What a mailbox says about its place is right: there stands its address, and an insertion behind it qualifies it.
private func requirePlace(_ mailbox: Mailbox, in bytes: [UInt8]) {
  let text = Array(bytes[mailbox.addrSpecRange])
  let alone = try? MailboxList.parseOne(text, field: .from)
  require(alone?.addrSpec == mailbox.addrSpec, "the address stands where it is said to")
  if mailbox.addrSpec.domain == nil {
    let full = try? MailboxList.parseOne(text + Array("@ok.example".utf8), field: .from)
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
