import Glibc
import LinuxSystem

@testable import Ledger
@testable import Policy

/// What the killed processes do: charge two users in turn, and note each decision behind it.
///
/// They have one clock: seconds that have passed are bytes of a file, to which each of them appends.
/// Each round begins two days after the one before, and has users of its own with the same first
/// slot, so that its first charges take over what the round before has left behind.
struct KilledWorker {
  static let limit: UInt32 = 20
  private static let secondsOfRound: UInt64 = 172_800
  private static let bystander: UInt32 = 5

  let directory: [UInt8]

  init(in directory: [UInt8]) { self.directory = directory }

  static func directory(of parent: Int32) -> [UInt8] { Array("/tmp/postern-killed-\(parent)".utf8) }

  static func users(of round: UInt64) -> [UInt32] {
    (0..<2).map { 1_001 + (UInt32(round) * 2 + $0) * LedgerFormat.slotCount }
  }

  func open() throws -> Ledger { try Ledger.open(path: directory + Array("/quota".utf8)) }

  // MARK: The clock

  /// Seconds since 1970, the same for all processes, and never back.
  var clock: () -> UInt64 {
    let file = path("clock")
    return { noon + ((try? fileStatus(file, followingLinks: false).size) ?? 0) }
  }

  private func append(_ bytes: [UInt8], to name: String) throws {
    try FileDescriptor.open(
      path: path(name),
      options: [.writeOnly, .create, FileDescriptor.Options(rawValue: O_APPEND)]
    )
    .writeAll(bytes)
  }

  // MARK: Charging

  func work() throws {
    let ledger = try open()
    let users = Self.users(of: (clock() - noon) / Self.secondsOfRound)
    while true {
      for uid in users {
        let charge = try submit(uid, ledger)
        if case .permit = charge.decision {
          try append(littleEndian(charge.second), to: "granted.\(uid)")
        } else {
          try append([0], to: "refused.\(uid)")
        }
      }
      if Int.random(in: 0..<3) == 0 { try append(Array(repeating: 0, count: 40), to: "clock") }
    }
  }

  func submit(_ uid: UInt32, _ ledger: borrowing Ledger) throws -> Charge {
    try ledger.charge(uid: uid, now: clock, recipients: 1, decide: LedgerTests.limit(Self.limit))
  }

  // MARK: Before and after

  /// Lets a round begin; on its users' paths are idle records of others, and an active one.
  ///
  /// - Returns: The slots of the active ones.
  func prepare(round: UInt64) throws -> [[UInt64]] {
    try FileDescriptor.open(path: path("clock"), options: [.writeOnly, .create])
      .truncate(to: round * Self.secondsOfRound)
    let ledger = try open()
    for uid in Self.users(of: round) {
      for (index, then) in [(0, noon - Self.secondsOfRound), (1, clock()), (2, noon - 86_400 * 9)] {
        // From the second round on, the first slot is what the round before has left.
        if index == 0 && round > 0 { continue }
        var usage = Usage(now: then)
        usage.add(StepCounts(messages: 1), now: then)
        try ledger.write(
          .record(uid: Self.bystander, usage), to: LedgerFormat.slot(index, of: uid))
      }
    }
    return try bystanders(of: round)
  }

  func bystanders(of round: UInt64) throws -> [[UInt64]] {
    try Self.users(of: round).map { try words(ofSlot: 1, of: $0) }
  }

  func words(ofSlot index: Int, of uid: UInt32) throws -> [UInt64] {
    try open().file.preadWords(
      offset: LedgerFormat.offset(of: LedgerFormat.slot(index, of: uid)), wordCount: Slot.wordCount)
  }

  /// The seconds of the grants that were noted.
  func granted(to uid: UInt32) throws -> [UInt64] {
    let count = try size(of: "granted", uid)
    guard count > 0 else { return [] }
    return try FileDescriptor.open(path: path("granted.\(uid)"), options: [.readOnly])
      .preadWords(offset: 0, wordCount: Int(count) / 8)
  }

  /// The size of a note in bytes; 0 if there is none.
  func size(of note: String, _ uid: UInt32) throws -> UInt64 {
    do { return try fileStatus(path("\(note).\(uid)"), followingLinks: false).size } catch {
      guard error.isNotFound else { throw error }
      return 0
    }
  }

  func remove(rounds: UInt64) {
    let notes = (0..<rounds).flatMap(Self.users).flatMap { ["granted.\($0)", "refused.\($0)"] }
    for name in notes + ["clock", "quota"] { try? FileSystem.unlink(path(name)) }
    removeDirectory(directory)
  }

  private func path(_ name: String) -> [UInt8] { directory + Array("/\(name)".utf8) }
}
