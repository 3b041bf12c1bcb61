import InternetMessage
import Testing

@Suite("Identities of a header section (RFC 5322 §3.6.2, §3.6.6)")
struct IdentitiesTests {
  private func section(_ text: String) throws -> HeaderSection {
    try HeaderSection(parsing: Array(text.utf8))
  }

  @Test
  func `all four fields are read`() throws {
    let identities = try Identities(
      reading: section("From: a@b, c@b\nSender: s@b\nResent-From: f@b\nResent-Sender: g@b\n"))
    #expect(identities.from.addresses.map(\.localPart) == [[0x61], [0x63]])
    #expect(identities.sender.addresses.map(\.localPart) == [[0x73]])
    #expect(identities.resentFrom.addresses.map(\.localPart) == [[0x66]])
    #expect(identities.resentSender.addresses.map(\.localPart) == [[0x67]])
    #expect(identities.fromFault == nil)
  }

  @Test
  func `no From is no fault, an empty one is`() throws {
    #expect(try Identities(reading: section("To: x\n")).from == .absent)
    #expect(throws: MessageError.emptyIdentity(.from)) {
      try Identities(reading: section("From: \n"))
    }
  }

  @Test(arguments: [
    ("From: a@b\nFrom: a@b\n", MessageError.repeatedField(.from)),
    ("Sender: a@b\nSender: a@b\n", .repeatedField(.sender)),
    ("Resent-From: a@b\nResent-From: a@b\n", .repeatedField(.resentFrom)),
    ("Resent-Sender: a@b\nResent-Sender: a@b\n", .repeatedField(.resentSender)),
    ("From: a@b, c@b\nResent-Sender: a@b\n", .severalMailboxesWithoutSender(.from)),
    ("Resent-From: a@b, c@b\nSender: a@b\n", .severalMailboxesWithoutSender(.resentFrom)),
    ("Sender: a@b, c@b\n", .unreadableIdentity(.sender, at: 6, .severalMailboxes)),
  ])
  func `what names two senders is refused`(text: String, error: MessageError) throws {
    let section = try section(text)
    #expect(throws: error) { try Identities(reading: section) }
    #expect(error.kind == .identity)
  }

  @Test(arguments: ["From: a@b\nFrom: a@b\n", "From:\n", "From: a b\n", "From: a@b, c@b\n"])
  func `with tolerance a fault of From is a value and the rest is read`(from: String) throws {
    let section = try section(from + "Resent-From: r@b\n")
    let identities = try Identities(reading: section, toleratingFrom: true)
    #expect(identities.from == .absent)
    #expect(identities.fromFault?.kind == .identity)
    #expect(identities.resentFrom.addresses.count == 1)
  }

  @Test
  func `tolerance for From forgives no other field`() throws {
    let section = try section("From: a b\nSender: a b\n")
    #expect(throws: MessageError.unreadableIdentity(.sender, at: 2, .blankInAddress)) {
      try Identities(reading: section, toleratingFrom: true)
    }
  }

  @Test
  func `what repairing mends is a fault to the strict reading, and absent to nobody`() throws {
    let section = try section("From: Ada, VP <a@b>\nSender: a@b, a@b\n")
    #expect(throws: MessageError.self) { try Identities(reading: section, .strict) }
    let repaired = try Identities(reading: section, .repairing)
    #expect(repaired.repaired == [.from, .sender])
    #expect(repaired.from.addresses.map(\.written) == [Array("a@b".utf8)])
    let unreadable = try self.section("From: a@b c@d\nSender: s@b\n")
    #expect(throws: MessageError.self) { try Identities(reading: unreadable, .repairing) }
    let lenient = try Identities(reading: unreadable, .lenient)
    #expect(lenient.from == .absent && lenient.sender.addresses.count == 1)
  }
}
