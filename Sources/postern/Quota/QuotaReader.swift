internal import Ledger
internal import LinuxSystem
internal import Policy
internal import Submission

/// Everybody's figures, read again and again from one opening of the state file.
struct QuotaReader: ~Copyable {
  /// One user with all that is known.
  struct User {
    let row: QuotaRow
    let usage: Usage
    let suspension: Suspension?
  }

  /// Who is wanted where nobody is named.
  enum Scope {
    /// Who has sent or was refused in the last 24 hours, or is suspended.
    case active
    /// Everybody with a record: its counters outlive the 24 hours.
    case recorded
    /// Users of the map who did nothing, too.
    case listed
  }

  let map: MapContents
  private let ledger: Ledger
  private let finder: UserFinder
  private let named: [NamedUser]
  /// Names of users without an entry: each costs a look-up.
  private var unlisted: [UInt32: NamedUser] = [:]

  /// Opens the state file; from here on the process is the account postern.
  ///
  /// - Parameters:
  ///   - setup: The installation.
  ///   - words: The users who are wanted; none = everybody.
  /// - Throws: `ToolFailure`.
  init(_ setup: Setup, users words: [[UInt8]] = []) throws(ToolFailure) {
    // Root reads the configuration and asks the user database before it gives its rights away.
    let map = try setup.readMap()
    let finder = UserFinder(map.entries)
    var seen: Set<UInt32> = []
    var named: [NamedUser] = []
    for word in words {
      let user = try finder.user(word)
      if seen.insert(user.uid).inserted { named.append(user) }
    }
    let ledger = try setup.openLedger(map.configuration)
    self.map = map
    self.finder = finder
    self.named = named
    self.ledger = ledger
  }

  /// Reads the figures as they are now, all records in one pass.
  ///
  /// - Parameters:
  ///   - scope: Who is wanted where nobody is named.
  ///   - now: Seconds since 1970.
  /// - Returns: Each user once, in no particular order.
  /// - Throws: `ToolFailure`.
  mutating func users(_ scope: Scope, now: UInt64) throws(ToolFailure) -> [User] {
    var usages: [UInt32: Usage] = [:]
    var suspensions: [UInt32: Suspension] = [:]
    do throws(LedgerError) {
      guard named.isEmpty else {
        var users: [User] = []
        for user in named {
          let usage = try ledger.usage(uid: user.uid) { now }
          users.append(self.user(user, usage, try ledger.suspensions.suspension(of: user.uid), now))
        }
        return users
      }
      for record in try ledger.records(now: now) { usages[record.uid] = record.usage }
      for (uid, suspension) in try ledger.suspensions.all() { suspensions[uid] = suspension }
    } catch {
      throw ToolFailure(error)
    }
    var uids = Set(usages.keys).union(suspensions.keys)
    if scope == .listed { uids.formUnion(map.entries.lazy.filter(\.isListed).map(\.uid)) }
    var users: [User] = []
    let nothing = Usage(now: now)
    for uid in uids {
      let user = self.user(find(uid), usages[uid] ?? nothing, suspensions[uid], now)
      if scope != .active || user.row.isActive { users.append(user) }
    }
    return users
  }

  private mutating func find(_ uid: UInt32) -> NamedUser {
    if let known = unlisted[uid] { return known }
    let user = finder.user(uid: uid)
    if user.entry == nil { unlisted[uid] = user }
    return user
  }

  private func user(
    _ user: NamedUser, _ usage: Usage, _ suspension: Suspension?, _ now: UInt64
  ) -> User {
    User(
      row: QuotaRow(
        uid: user.uid, user: user.name, entry: user.entry, configuration: map.configuration,
        usage: usage, suspension: suspension, now: now),
      usage: usage, suspension: suspension)
  }
}
