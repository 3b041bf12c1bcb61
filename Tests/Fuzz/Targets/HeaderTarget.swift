import InternetMessage
import Submission

/// A header section, its identities and its recipients.
func fuzzHeader(_ bytes: [UInt8]) {
  guard let section = try? HeaderSection(parsing: bytes) else { return }
  requireWhole(section)
  if let recipients = try? RecipientList.extract(from: section) { requireStable(recipients) }
  guard let identities = try? Identities(reading: section) else { return }
  requireSingle(section, "from:", atLeast: identities.from == .absent ? 0 : 1)
  requireSingle(section, "sender:", atLeast: identities.sender == .absent ? 0 : 1)
  for address in identities.from.addresses + identities.resentFrom.addresses {
    requireStable(address)
  }
}

/// The fields are the whole section, and each is the same by itself.
private func requireWhole(_ section: HeaderSection) {
  var end = 0
  for field in section.fields {
    require(field.range.lowerBound == end, "fields follow each other")
    end = field.range.upperBound
  }
  require(end == section.bytes.count, "no byte is outside the fields")
  require(HeaderEdits().applied(to: section) == section.bytes, "no edit changes nothing")
  // A few suffice; all of them would take quadratic time.
  for field in section.fields.prefix(8) {
    let alone = try? HeaderSection(parsing: Array(section.bytes[field.range]))
    require(alone?.fields.count == 1, "a field is one by itself")
    require(alone?.fields.first?.known == field.known, "a field keeps its name")
  }
}

/// A reader that knows nothing but lines finds the field as often as we do.
private func requireSingle(_ section: HeaderSection, _ name: String, atLeast minimum: Int) {
  let lines = section.bytes.split(separator: 0x0A).filter { line in
    line.prefix(name.utf8.count).map { $0 | 0x20 }.elementsEqual(name.utf8.map { $0 | 0x20 })
  }
  require(lines.count <= 1 && lines.count >= minimum, "\(name) stands there once")
}

/// Each recipient, read again, is itself; and so is the list of them.
func requireStable(_ recipients: [Recipient]) {
  var list: [UInt8] = []
  for recipient in recipients.prefix(64) {
    let again = try? RecipientList.parse(recipient.written, emptyIsError: true)
    require(again == [recipient], "\(shown(recipient.written)) is one recipient")
    if !list.isEmpty { list += Array(",\n ".utf8) }
    list += recipient.written
  }
  let again = try? RecipientList.parse(list, emptyIsError: false)
  require(again == Array(recipients.prefix(64)), "a list of recipients is those recipients")
}

/// An address, written and read again, is itself; its canonical form is canonical.
func requireStable(_ address: AddrSpec) {
  let again: AddrSpec?
  do { again = try MailboxList.reversePath(address.written) } catch {
    return require(false, "\(shown(address.written)) can be read again: \(error)")
  }
  // Quotes are kept where an address needs them, and an address that needs them needs a domain.
  require(again == address, "\(shown(address.written)) is read as itself")
  let canonical = AddrSpec(
    localPart: address.canonicalLocalPart,
    domain: address.domain == nil ? nil : address.canonicalDomain)
  require(canonical.canonical == address.canonical, "\(shown(address.canonical)) is canonical")
}
