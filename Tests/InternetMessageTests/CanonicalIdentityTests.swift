import InternetMessage
import Testing

@Suite("Identity fields in canonical form")
struct CanonicalIdentityTests {
  private let domain = Array("o.example".utf8)

  @Test(arguments: RepairedFrom.honest + RepairedFrom.shown)
  func `a field of one mailbox gets the form that can be read in one way`(
    _ vector: RepairedFrom
  ) throws {
    let identity = try CanonicalIdentity(reading: vector.body, field: .from)
    let body = identity.body(qualifiedWith: domain)
    #expect(String(decoding: body, as: UTF8.self) == " " + vector.written)
    let others = identity.otherAddresses.map { String(decoding: $0.written, as: UTF8.self) }
    #expect(others == vector.others)
  }

  @Test(arguments: RepairedFrom.honest + RepairedFrom.shown)
  func `what is written is read as itself`(_ vector: RepairedFrom) throws {
    let identity = try CanonicalIdentity(reading: vector.body, field: .from)
    let body = identity.body(qualifiedWith: domain)
    let again = try CanonicalIdentity(reading: body, field: .from)
    #expect(again.mailbox.canonical == identity.mailbox.qualified(with: domain).canonical)
    #expect(again.name == identity.name)
    #expect(again.body(qualifiedWith: domain) == body)
  }

  @Test(arguments: [
    ("a brace before marks", "{=3C=3Cu@c.example", ["{=3C=3Cu@c.example", "3C=3Cu@c.example"]),
    ("marks alone", "=3Cu@c.example", ["3Cu@c.example"]), ("neither", "u@c.example", []),
  ])
  func `what could be read in the field that is written is told, too`(
    _ name: String, _ text: String, _ others: [String]
  ) throws {
    let identity = try CanonicalIdentity(reading: Array(text.utf8), field: .from)
    #expect(identity.otherAddresses.map { String(decoding: $0.written, as: UTF8.self) } == others)
    let again = try CanonicalIdentity(
      reading: identity.body(qualifiedWith: domain), field: .from)
    for other in again.otherAddresses { #expect(identity.otherAddresses.contains(other)) }
  }

  @Test(arguments: RepairedFrom.refused)
  func `what has no one mailbox that can be told is refused where it is wrong`(
    _ vector: RefusedFrom
  ) {
    #expect(throws: MessageError.unreadableIdentity(.from, at: vector.at, vector.fault)) {
      try CanonicalIdentity(reading: vector.body, field: .from)
    }
  }

  @Test
  func `an address that smtp(8) would tear out of a long line is told`() throws {
    // The line `From:` and this body is cut behind `ceo@bank.com`.
    let tail = Array("ceo@bank.com".utf8)
    let fill = [UInt8](repeating: Octet.space, count: 998 - 5 - tail.count)
    let body = fill + tail + Array("-evil.example".utf8)
    let identity = try CanonicalIdentity(reading: body, field: .from)
    #expect(identity.mailbox.domain == Array("bank.com-evil.example".utf8))
    #expect(identity.otherAddresses.map(\.written) == [tail])
    // One blank less, and the cut is elsewhere.
    let nearest = try CanonicalIdentity(reading: Array(body.dropFirst(20)), field: .from)
    #expect(nearest.otherAddresses.isEmpty)
  }

  @Test(arguments: [1, 60, 239, 396, 397, 990, 2_000])
  func `no line is longer than 998 bytes, and most have 78`(count: Int) throws {
    for letter in ["x", "é", "漢", "\u{1F600}", "\"", "."] {
      let name = String(repeating: letter, count: count / letter.utf8.count + 1)
      let address = AddrSpec(localPart: [0x61], domain: Array("b.example".utf8))
      let body = CanonicalIdentity.body(name: Array(name.utf8), address: address)
      let lines = (Array("Resent-Sender:".utf8) + body).split(separator: 0x0A)
      #expect(lines.allSatisfy { $0.count <= 998 && ($0.count <= 78 || lines.count <= 2) })
      #expect(body.count <= 4_000)
      let again = try CanonicalIdentity(reading: body, field: .from)
      #expect(again.name.isEmpty || again.name == Array(name.utf8))
      #expect(again.mailbox == address)
    }
  }

  @Test(arguments: [1, 480, 646, 647, 739, 889, 890, 900, 1_024])
  func `a local part is bounded with the domain that is put behind it`(count: Int) throws {
    let body = [UInt8](repeating: 0x78, count: count)
    guard count <= 646 else {
      let fault = IdentityFault.addressTooLong(limit: 646)
      #expect(throws: MessageError.unreadableIdentity(.from, at: 0, fault)) {
        try CanonicalIdentity(reading: body, field: .from)
      }
      return
    }
    let identity = try CanonicalIdentity(reading: body, field: .from)
    let label = [UInt8](repeating: 0x64, count: 63)
    let longest = Array((label + [0x2E] + label + [0x2E] + label + [0x2E] + label).prefix(253))
    for domain in [Array("ok.example".utf8), longest] {
      let written = identity.body(qualifiedWith: domain)
      let again = try CanonicalIdentity(reading: written, field: .resentSender)
      #expect(again.mailbox == identity.mailbox.qualified(with: domain))
      #expect(try MailboxList.parseOne(written, field: .from).addrSpec == again.mailbox)
    }
  }

  @Test
  func `a full name of -F cannot break out of its line`() {
    let name =
      Array("Bank".utf8) + [UInt8](repeating: 0x5C, count: 500)
      + Array("\" < ceo @ bank >\n x".utf8)
    let address = AddrSpec(localPart: [0x61], domain: [0x62])
    let body = CanonicalIdentity.body(name: name, address: address)
    #expect(body.split(separator: 0x0A).allSatisfy { $0.count <= 78 })
    #expect(body.suffix(5) == Array("<a@b>".utf8))
  }

  @Test
  func `fifty other addresses are found, fifty-one are refused, whatever the mailbox`() throws {
    let list = (0..<51).map { "a\($0)@c.example" }
    func others(_ count: Int, _ mailbox: String) throws -> Int {
      let body = Array("\"\(list.prefix(count).joined(separator: " "))\" (x) <\(mailbox)>".utf8)
      let identity = try CanonicalIdentity(reading: body, field: .from)
      let again = try CanonicalIdentity(
        reading: identity.body(qualifiedWith: domain), field: .from)
      return again.otherAddresses.count
    }
    for mailbox in ["a@b.example", "a"] {
      #expect(try others(50, mailbox) == 50)
      #expect(throws: MessageError.self) { try others(51, mailbox) }
    }
  }
}

@Suite("Forms of identity fields")
struct IdentityFormTests {
  private func form(_ known: KnownField, _ section: String) throws -> IdentityForm {
    try IdentityForm(reading: known, in: HeaderSection(parsing: Array(section.utf8)))
  }

  @Test
  func `a plain field is handed over as it is, another is repaired, none is none`() throws {
    guard case .plain(let mailboxes) = try form(.from, "From: \"A, B\" <a@b.example>\n") else {
      Issue.record("not plain")
      return
    }
    #expect(mailboxes.count == 1)
    #expect(try form(.sender, "From: a@b.example\n") == .absent)
    guard case .repaired(let identity) = try form(.from, "From: A, B <a@b.example>\n") else {
      Issue.record("not repaired")
      return
    }
    #expect(identity.name == Array("A, B".utf8))
  }

  @Test
  func `several authors need a Sender, the same one twice does not`() throws {
    #expect(throws: MessageError.severalMailboxesWithoutSender(.from)) {
      try form(.from, "From: a@b.example, c@b.example\n")
    }
    guard case .plain = try form(.from, "From: a@b.example, c@b.example\nSender: a@b.example\n")
    else {
      Issue.record("not plain")
      return
    }
    guard case .repaired = try form(.from, "From: a@b.example, A@b.example\n") else {
      Issue.record("not repaired")
      return
    }
    // `Ada` is no author without a domain, even with a Sender.
    guard
      case .repaired = try form(.from, "From: Ada, VP <a@b.example>\nSender: a@b.example\n")
    else {
      Issue.record("not repaired")
      return
    }
  }

  @Test
  func `two fields of one mailbox become one, of two mailboxes they are refused`() throws {
    guard
      case .repaired(let identity) = try form(
        .from, "From: Ann <a@b.example>\nFrom: \"x@c.example\" <A@b.example>\n")
    else {
      Issue.record("not repaired")
      return
    }
    #expect(identity.name == Array("Ann".utf8))
    #expect(identity.otherAddresses.map(\.written) == [Array("x@c.example".utf8)])
    #expect(throws: MessageError.repeatedField(.from)) {
      try form(.from, "From: a@b.example\nFrom: c@b.example\n")
    }
    #expect(throws: MessageError.emptyIdentity(.sender)) { try form(.sender, "Sender: \n") }
  }
}

private enum Octet { static let space: UInt8 = 0x20 }
