import Testing

@testable import Policy

@Suite("The settings of a fleet's quota server")
struct QuotaServerTests {
  static let accepted: [String] = [
    "unix:/run/postern/quota.sock", "inet:10.0.0.5:6379", "inet:[fd00::5]:6379", "inet:[::1]:1",
    "inet:[::]:65535", "inet:[1:2:3:4:5:6:7:8]:9", "inet:[1::]:9", "inet:0.0.0.0:1", "",
  ]
  static let refused: [String] = [
    "unix:", "unix:run/x", "unix:/a b", "inet:host:6379", "inet:10.0.0:6379", "inet:10.0.0.256:1",
    "inet:10.0.0.05:1", "inet:10.0.0.5", "inet:10.0.0.5:0", "inet:10.0.0.5:65536", "inet:::1:6379",
    "inet:[1:]:9", "inet:[:1]:9", "inet:[1::2::3]:9", "inet:[1:2:3:4:5:6:7:8:9]:9",
    "inet:[12345::]:9", "inet:[fe80::1%eth0]:9", "inet:[::g]:9", "inet:[]:9", "inet:[:::]:9",
    "10.0.0.5:6379", "tls:10.0.0.5:6379",
  ]

  @Test(arguments: accepted)
  func `an address reads as what is written, and comes back from what is stored`(text: String)
    throws
  {
    let value = try #require(QuotaServerValue().read(Array(text.utf8)[...]))
    #expect(QuotaServerValue().text(of: value) == Array(text.utf8))
    var stored: [UInt8] = []
    QuotaServerValue().store(value, to: &stored)
    var reader = ByteReader(stored, 0..<stored.count)
    #expect(QuotaServerValue().load(&reader) == .some(value))
  }

  @Test(arguments: refused)
  func `an address is no name, and nothing else either`(text: String) {
    #expect(QuotaServerValue().read(Array(text.utf8)[...]) == nil)
  }

  @Test(
    arguments: [
      ("10ms", 10), ("1s", 1_000), ("5s", 5_000), ("5000ms", 5_000), ("9ms", nil), ("6s", nil),
      ("5001ms", nil), ("0s", nil), ("1", nil), ("1m", nil), ("", nil), ("s", nil), ("ms", nil),
    ] as [(String, UInt32?)])
  func `a timeout is between 10 ms and 5 s`(text: String, milliseconds: UInt32?) {
    #expect(TimeoutValue().read(Array(text.utf8)[...]) == milliseconds)
  }

  @Test
  func `a share is a part of each limit, at least 1, but of 0 nothing and of no limit none`() {
    let limits = QuotaLimits(
      messagesPerHour: .count(100), recipientsPerHour: .count(3), messagesPerDay: .count(0),
      recipientsPerDay: .unlimited, recipientsPerMessage: .count(7))
    let share = limits.share(percent: 25)
    #expect(share.messagesPerHour == .count(25))
    #expect(share.recipientsPerHour == .count(1))
    #expect(share.messagesPerDay == .count(0))
    #expect(share.recipientsPerDay == .unlimited)
    #expect(share.recipientsPerMessage == .count(7))
    #expect(limits.share(percent: 0).messagesPerHour == .count(1))
  }
}
