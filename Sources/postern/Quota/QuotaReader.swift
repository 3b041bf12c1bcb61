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
    let raise: Raise?
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
  private let raises: Raises
  private let finder: UserFinder
  private let named: [NamedUser]
  /// Names of users without an entry: each costs a look-up.
  private var unlisted: [UInt32: NamedUser] = [:]
  /// One pass over the user database, made when the first of them is met.
  private var accounts: AccountDirectory?

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
    raises = Raises(beside: map.configuration.quotaFile)
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
          let own = try ledger.usage(uid: user.uid) { now }
          let charged = try user.groupUID.map { (uid) throws(LedgerError) in
            try ledger.usage(uid: uid) { now }
          }
          let suspension = try ledger.suspensions.suspension(of: user.uid)
          users.append(self.user(user, own, charged: charged, suspension, now))
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
      let found = find(uid)
      // Sums over all records must not count a group's for each of its members.
      let charged = scope == .recorded ? nil : found.groupUID.map { usages[$0] ?? nothing }
      let user = self.user(
        found, usages[uid] ?? nothing, charged: charged, suspensions[uid], now)
      if scope != .active || user.row.isActive { users.append(user) }
    }
    return users
  }

  /// How full the state file is.
  ///
  /// - Throws: `ToolFailure`.
  func fill() throws(ToolFailure) -> StateFill { try StateFill(of: ledger) }

  private mutating func find(_ uid: UInt32) -> NamedUser {
    if let known = unlisted[uid] { return known }
    if uid == Ledger.sharedUID {
      return NamedUser(uid: uid, entry: nil, name: Array("(no entry)".utf8))
    }
    if let entry = finder.entry(of: uid) {
      return NamedUser(uid: uid, entry: entry, name: entry.user)
    }
    if let group = finder.group(of: uid) { return group }
    let user = NamedUser(uid: uid, entry: nil, name: name(of: uid) ?? Array("uid:\(uid)".utf8))
    unlisted[uid] = user
    return user
  }

  /// More users without an entry are told by number: each may be a question to a directory service.
  private static let questions = 1_000

  /// The login name of a user without an entry.
  private mutating func name(of uid: UInt32) -> [UInt8]? {
    guard unlisted.count < Self.questions else { return nil }
    if accounts == nil { accounts = try? AccountDirectory() }
    return accounts?.account(of: .uid(uid))?.login
  }

  private func user(
    _ user: NamedUser, _ own: Usage, charged: Usage?, _ suspension: Suspension?, _ now: UInt64
  ) -> User {
    let raise = user.hasLimits ? raises.raise(of: user.uid) { now } : nil
    return User(
      row: QuotaRow(
        uid: user.uid, user: user.name, entry: user.entry, configuration: map.configuration,
        usage: charged ?? own, refusals: charged == nil ? nil : own, suspension: suspension,
        raise: raise, now: now),
      usage: charged ?? own, suspension: suspension, raise: raise)
  }
}
