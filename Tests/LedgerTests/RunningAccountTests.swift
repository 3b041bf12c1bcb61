import Testing

@testable import Ledger
@testable import Policy

@Suite("Running accounts")
struct RunningAccountTests {
  /// What a record has counted in all.
  private func counted(_ messages: UInt64, _ recipients: UInt64) -> Usage {
    var usage = Usage(now: noon)
    usage.counters.messages = messages
    usage.counters.recipients = recipients
    return usage
  }

  private func account(_ messages: UInt64 = 0, _ recipients: UInt64 = 0) -> RunningAccount {
    RunningAccount(uid: 1001, epoch: 7, usage: counted(messages, recipients))
  }

  /// What the record has counted before, what it has now, and what was let out meanwhile.
  static let growth: [(name: String, before: UInt64, now: UInt64, letOut: UInt64)] = [
    ("nothing", 5, 5, 0), ("one", 5, 6, 1), ("many", 0, 1_000_000, 1_000_000),
    ("a record that was torn and began anew", 5, 4, 0), ("one that lost all", 70_000, 0, 0),
    ("beyond 32 bits", 0xFFFF_FFFF, 0x1_0000_0001, 2),
    ("32 bits full", 0xFFFF_FFFE, 0xFFFF_FFFF, 1),
    ("the most that is no loss", 0, 0x7FFF_FFFF, 0x7FFF_FFFF),
    ("the least that is one", 0, 0x8000_0000, 0),
  ]

  @Test(arguments: growth)
  func `what the record counted without the account is taken in, and a loss is nothing`(
    row: (name: String, before: UInt64, now: UInt64, letOut: UInt64)
  ) {
    var account = account(row.before, row.before)
    account.catchUp(with: counted(row.now, row.before))
    #expect(account.messages == row.letOut && account.recipients == 0, "\(row.name)")
    account.catchUp(with: counted(row.now, row.now))
    #expect(account.messages == row.letOut && account.recipients == row.letOut, "\(row.name)")
  }

  @Test func `after a loss the account goes on from where the record is`() {
    var account = account(5, 5)
    account.catchUp(with: counted(2, 2))
    account.catchUp(with: counted(3, 4))
    #expect(account.messages == 1 && account.recipients == 2)
  }

  @Test func `numbers only grow: by the clock, without it, and past what the server knows`() {
    var account = account()
    var last: UInt64 = 0
    for (now, known): (UInt64, UInt64) in [
      (noon, 0), (noon, 0), (noon - 86_400, 0), (0, 0), (noon, UInt64(1) << 52), (noon + 5, 0),
    ] {
      let isTaken1 = account.takeNumber(now: now, after: known)
      #expect(isTaken1)
      #expect(account.number > last && account.number > known)
      last = account.number
    }
  }

  @Test func `the last number is taken, and none after it`() {
    var account = account()
    let maximum = RunningAccount.maximumNumber
    #expect(maximum < 1 << 53)
    let isTaken2 = account.takeNumber(now: noon, after: maximum)
    #expect(!isTaken2)
    #expect(account.number == 0)
    let isTaken3 = account.takeNumber(now: noon, after: maximum - 1)
    #expect(isTaken3)
    #expect(account.number == maximum)
    let isTaken4 = account.takeNumber(now: noon)
    #expect(!isTaken4)
    #expect(account.number == maximum)
  }

  @Test func `the last call is given back, one that was overtaken is not`() {
    var account = account()
    let isTaken5 = account.takeNumber(now: noon)
    #expect(isTaken5)
    let first = account.number
    account.catchUp(with: counted(1, 3))
    account.kept = first
    var given = account
    let isGiven6 = given.giveBack(StepCounts(messages: 1, recipients: 3), of: first)
    #expect(isGiven6)
    #expect(given.messages == 0 && given.recipients == 0 && given.kept == 0)
    let isTaken7 = account.takeNumber(now: noon)
    #expect(isTaken7)
    let before = account
    let isGiven8 = account.giveBack(StepCounts(messages: 1, recipients: 3), of: first)
    #expect(!isGiven8)
    #expect(account == before)
  }

  @Test
  func `giving back a call that was not granted keeps the one before, and never goes below 0`() {
    var account = account()
    let isTaken9 = account.takeNumber(now: noon)
    #expect(isTaken9)
    account.kept = account.number
    let kept = account.kept
    let isTaken10 = account.takeNumber(now: noon)
    #expect(isTaken10)
    let isGiven11 = account.giveBack(StepCounts(messages: 9, recipients: 9), of: account.number)
    #expect(isGiven11)
    #expect(account.kept == kept && account.messages == 0 && account.recipients == 0)
  }

  @Test func `an account is read as it was written, and by nobody else`() {
    var account = account(1, 2)
    account.catchUp(with: counted(4, 9))
    account.generation = 12
    let isTaken12 = account.takeNumber(now: noon)
    #expect(isTaken12)
    #expect(RunningAccount(of: 1001, in: account.words) == account)
    #expect(RunningAccount(of: 1002, in: account.words) == nil)
    #expect(RunningAccount(of: 1001, in: Array(account.words.dropLast())) == nil)
    #expect(RunningAccount(of: 0, in: [UInt64](repeating: 0, count: 8)) == nil)
  }

  @Test func `an account with any bit changed is none`() {
    var account = account(1, 2)
    let isTaken13 = account.takeNumber(now: noon)
    #expect(isTaken13)
    for word in account.words.indices {
      for bit in 0..<64 {
        var words = account.words
        words[word] ^= 1 << UInt64(bit)
        #expect(RunningAccount(of: 1001, in: words) == nil, "word \(word) bit \(bit)")
      }
    }
  }

  @Test func `a number that leaves no room for another is no account`() {
    for (number, isRead) in [
      (RunningAccount.maximumNumber, true), (RunningAccount.maximumNumber + 1, false),
    ] {
      var account = account()
      account.number = number
      #expect((RunningAccount(of: 1001, in: account.words) != nil) == isRead)
    }
  }
}
