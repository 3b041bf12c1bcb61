import LinuxSystem
import Testing

@testable import Ledger
@testable import Policy

@Suite("Raised limits")
struct RaiseTests {
  private func raise(_ words: String..., until: UInt64 = noon + 60) -> Raise {
    var raise = Raise(until: until)
    for word in words {
      let isTaken = raise.take(Array(word.utf8)[...])
      #expect(isTaken, "\(word)")
    }
    return raise
  }

  @Test func `a raise binds up to its last second, and is replaced or ended by order`() throws {
    let scratch = try Scratch()
    let raises = Raises(beside: scratch.path)
    #expect(raises.raise(of: 7) == nil)
    let first = raise("messages_per_hour=1000")
    try raises.store(first, for: 7)
    #expect(raises.raise(of: 7, now: { noon + 59 }) == first)
    #expect(raises.raise(of: 7, now: { noon + 60 }) == nil)
    #expect(raises.raise(of: 8, now: { noon }) == nil)
    let second = raise("recipients_per_day=unlimited", until: noon + 9)
    try raises.store(second, for: 7)
    #expect(raises.raise(of: 7, now: { noon }) == second)
    try raises.remove(for: 7)
    #expect(raises.raise(of: 7, now: { noon }) == nil)
    try raises.remove(for: 7)
  }

  @Test func `of the limit of the map and the raised one the higher is in force`() {
    let usual = QuotaLimits(
      messagesPerHour: .count(100), recipientsPerHour: .unlimited, messagesPerDay: .count(0))
    let raised = raise(
      "messages_per_hour=50", "recipients_per_hour=9", "messages_per_day=unlimited",
      "recipients_per_message=200")
    #expect(
      raised.applied(to: usual)
        == QuotaLimits(
          messagesPerHour: .count(100), recipientsPerHour: .unlimited, messagesPerDay: .unlimited,
          recipientsPerMessage: .count(200)))
    #expect(Raise(until: noon).applied(to: usual) == usual)
  }

  @Test(arguments: [
    "mode=audit", "suspended=x", "default=a@b.example", "messages_per_hour", "messages_per_hour=",
    "messages_per_hour=-1", "MESSAGES_PER_HOUR=1", "message_size_limit=9", "=", "",
  ])
  func `nothing but a limit of messages or recipients is raised`(word: String) {
    var raise = Raise(until: noon)
    let isTaken = raise.take(Array(word.utf8)[...])
    #expect(!isTaken)
    #expect(raise.text.isEmpty)
  }

  @Test func `what cannot be read raises nothing`() throws {
    let scratch = try Scratch()
    let raises = Raises(beside: scratch.path)
    let whole = Raises.text(of: raise("messages_per_hour=1000", "messages_per_day=5"))
    #expect(
      whole == Array("\(noon + 60)\nmessages_per_hour=1000 messages_per_day=5\n".utf8))
    try raises.store(Raise(until: noon), for: 7)
    for count in whole.indices {
      try scratch.put(Array(whole[..<count]), intoFile: "raised/7")
      #expect(raises.raise(of: 7, now: { noon }) == nil, "\(count) bytes")
    }
    for text in ["\n\n", "x\nmessages_per_hour=1\n", "9999999999\nmode=audit\n", "1\n2\n3\n"] {
      try scratch.put(Array(text.utf8), intoFile: "raised/7")
      #expect(raises.raise(of: 7, now: { 0 }) == nil, "\(text)")
    }
    try scratch.put(whole, intoFile: "raised/7")
    #expect(raises.raise(of: 7, now: { noon }) != nil)
  }
}
