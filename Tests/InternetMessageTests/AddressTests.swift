import InternetMessage
import Testing

@Suite("Addresses and domain names")
struct AddressTests {
  @Test(arguments: [
    ("Example.COM", "example.com"), ("localhost", "localhost"), ("a-b.1.c", "a-b.1.c"),
    ("Müller.example", "xn--mller-kva.example"), ("MÜLLER.example", "xn--mller-kva.example"),
    ("XN--MLLER-KVA.example", "xn--mller-kva.example"),
    ("bücher.example", "xn--bcher-kva.example"),
    // RFC 3492 §7.1 (B), (I without case) and (L).
    ("他们为什么不说中文", "xn--ihqwcrb4cv8a8dqg056pqjye"),
    ("почемужеонинеговорятпорусски", "xn--b1abfaaepdrnnbgefbadotcwatmq2g4l"),
    ("3年b組金八先生", "xn--3b-ww4c5e180e575a65lsy2b"),
  ])
  func `a domain name has one form`(name: String, canonical: String) {
    let found = DomainName.canonical(Array(name.utf8)).map { String(decoding: $0, as: UTF8.self) }
    #expect(found == canonical)
  }

  @Test(arguments: [
    "", ".", "a.", ".a", "a..b", "-a", "a-", "a b", "[1.2.3.4]", "a@b", "a\u{200B}b",
    "a\u{3002}b", "a\u{FF0E}b", "\u{FF42}ank", "\u{212A}", "☃.example", "a\u{A0}", "a\u{E000}",
    String(repeating: "x", count: 64), String(repeating: "ü", count: 64),
  ])
  func `what is no domain name has no form`(name: String) {
    #expect(DomainName.canonical(Array(name.utf8)) == nil)
  }

  @Test
  func `bytes that are no UTF-8 are no domain name`() {
    #expect(DomainName.canonical([0x6D, 0xFC, 0x6C]) == nil)
    #expect(DomainName.canonical([0xC0, 0xAF]) == nil)
    #expect(DomainName.canonical([0xED, 0xA0, 0x80]) == nil)
  }

  @Test
  func `labels have 63 bytes and names 253 at most`() {
    let label = String(repeating: "x", count: 63)
    let longest = [label, label, label, String(repeating: "x", count: 61)].joined(separator: ".")
    #expect(DomainName.canonical(Array(longest.utf8)) != nil)
    #expect(DomainName.canonical(Array((longest + "x").utf8)) == nil)
  }

  @Test
  func `addresses are compared without case, local parts without that of ASCII`() {
    let address = AddrSpec(localPart: Array("ÄliCe".utf8), domain: Array("MÜLLER.de".utf8))
    #expect(address.canonical == Array("Älice@xn--mller-kva.de".utf8))
    let kelvin = AddrSpec(localPart: Array("\u{212A}ate".utf8), domain: [0x78])
    #expect(kelvin.canonical != Array("kate@x".utf8))
    #expect(address.canonicalDomain == Array("xn--mller-kva.de".utf8))
  }

  @Test
  func `the default domain is for addresses without one`() {
    let bare = AddrSpec(localPart: Array("root".utf8), domain: nil)
    #expect(bare.qualified(with: Array("h.example".utf8)).written == Array("root@h.example".utf8))
    let full = AddrSpec(localPart: Array("root".utf8), domain: Array("x".utf8))
    #expect(full.qualified(with: Array("h.example".utf8)) == full)
  }

  @Test(arguments: [("a.b", "a.b@x"), ("a..b", "\"a..b\"@x"), ("a b\"", "\"a b\\\"\"@x")])
  func `the local part is quoted where it must be`(local: String, written: String) {
    let address = AddrSpec(localPart: Array(local.utf8), domain: [0x78])
    #expect(address.written == Array(written.utf8))
  }
}

@Suite("Display names")
struct DisplayNameTests {
  @Test(arguments: [
    ("Joe Doe", "Joe Doe"), ("Joe, Jr.", "\"Joe, Jr.\""), ("a\"b\\", "\"a\\\"b\\\\\""),
    ("Joe\nBcc: z@x", "\"Joe Bcc: z@x\""), ("Jo\re\0", "Jo e"), ("Müller", "Müller"), ("", ""),
  ])
  func `a name that we write is atoms or one quoted string`(name: String, phrase: String) {
    #expect(DisplayName.encoded(Array(name.utf8)) == Array(phrase.utf8))
  }

  @Test(arguments: [
    ("\"A \\\"B\\\"\"", "A \"B\""), ("=?utf-8?q?a_b?= =?utf-8?b?Yw==?= d", "a bc d"),
    ("=?utf-8?q?M=C3?= =?utf-8?q?=BC?=", "Mü"), ("=?UTF-8*en?Q?a?=", "a"),
    ("\"x\n y\"", "x y"), ("plain", "plain"),
  ])
  func `a phrase is decoded as clients show it`(phrase: String, shown: String) throws {
    #expect(try DisplayName.decoded(Array(phrase.utf8)) == Array(shown.utf8))
  }

  @Test
  func `a name that cannot be decoded is deceptive`() {
    let address = AddrSpec(localPart: [0x61], domain: [0x62])
    #expect(DisplayName.isDeceptive(Array("=?x".utf8), for: address))
    #expect(!DisplayName.isDeceptive(Array("=x".utf8), for: address))
  }
}
