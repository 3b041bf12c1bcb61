import LinuxSystem
import Testing

@testable import Ledger
@testable import Policy

@Suite("Copies of a fleet's suspensions")
struct SharedSuspensionTests {
  private static func suspension(
    _ origin: Suspension.Origin, until: UInt64? = nil, reason: String = "fleet"
  ) -> Suspension {
    Suspension(since: noon, until: until, origin: origin, reason: Array(reason.utf8))
  }

  struct Case: CustomTestStringConvertible {
    let testDescription: String
    let stored: Suspension?
    let fleet: Suspension?
    let isChanged: Bool
  }

  static let cases = [
    Case(testDescription: "nothing", stored: nil, fleet: nil, isChanged: false),
    Case(testDescription: "a first copy", stored: nil, fleet: suspension(.fleet), isChanged: true),
    Case(
      testDescription: "the end of the fleet's", stored: suspension(.fleet), fleet: nil,
      isChanged: true),
    Case(
      testDescription: "the same again, two seconds off",
      stored: suspension(.fleet, until: noon + 900), fleet: suspension(.fleet, until: noon + 902),
      isChanged: false),
    Case(
      testDescription: "another end", stored: suspension(.fleet, until: noon + 900),
      fleet: suspension(.fleet, until: noon + 1_800), isChanged: true),
    Case(
      testDescription: "another reason", stored: suspension(.fleet, reason: "x"),
      fleet: suspension(.fleet), isChanged: true),
    Case(
      testDescription: "an order of this machine's", stored: suspension(.administrator),
      fleet: suspension(.fleet), isChanged: false),
    Case(
      testDescription: "an order of this machine's, and none of the fleet",
      stored: suspension(.administrator), fleet: nil, isChanged: false),
    Case(
      testDescription: "an order of this machine's that is over",
      stored: suspension(.administrator, until: noon + 1), fleet: suspension(.fleet),
      isChanged: true),
    Case(
      testDescription: "an automatic one, and none of the fleet", stored: suspension(.automatic),
      fleet: nil, isChanged: false),
    Case(
      testDescription: "an automatic one that ends no later",
      stored: suspension(.automatic, until: noon + 900), fleet: suspension(.fleet), isChanged: true),
    Case(
      testDescription: "an automatic one that ends later", stored: suspension(.automatic),
      fleet: suspension(.fleet, until: noon + 900), isChanged: false),
  ]

  @Test(
    "a copy follows the fleet's suspension and shortens none of this machine's", arguments: cases)
  func follow(_ row: Case) throws {
    let scratch = try Scratch()
    let ledger = try scratch.open()
    if let stored = row.stored { try ledger.suspensions.store(stored, for: 7) }
    #expect(try ledger.follow(row.fleet, of: 7, now: { noon + 10 }) == row.isChanged)
    #expect(try ledger.suspensions.stored(of: 7) == (row.isChanged ? row.fleet : row.stored))
  }

  @Test func `after a suspension of the fleet has ended, refusals of before do not suspend`() throws
  {
    let scratch = try Scratch()
    let ledger = try scratch.open()
    let rule = SuspensionRule(refusals: 2, reason: [0x78])
    func refuse(_ uid: UInt32) throws -> Suspension? {
      try ledger.refuse(uid: uid, now: { noon }, reason: .fromNotAllowed, suspending: rule)
        .suspension
    }
    #expect(try refuse(7) == nil)
    try ledger.suspensions.store(Self.suspension(.fleet), for: 7)
    #expect(try ledger.follow(nil, of: 7, now: { noon }))
    #expect(try refuse(7) == nil)
    #expect(try refuse(7) != nil)
  }
}
