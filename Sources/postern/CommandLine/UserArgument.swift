internal import Ledger
internal import LinuxSystem
internal import Policy

/// A user named on the command line or met in the state file.
struct NamedUser {
  let uid: UInt32
  /// The entry of the map; nil if there is none.
  let entry: SenderEntry?
  /// The name that texts show: as the map has it, else the login name, else `uid:N`.
  let name: [UInt8]

  /// Whose record of the state file counts the user's refusals.
  var recordUID: UInt32 { entry == nil ? Ledger.sharedUID : uid }
  /// Whose record of the state file is charged, where it is another: that of the user's group.
  var groupUID: UInt32? { entry?.rules.quotaGroup?.recordUID }

  /// Whether there is anything to raise.
  var hasLimits: Bool { entry?.isExempt == false }

  /// The name and the UID, for texts.
  var description: String {
    let shown = HelpText.shown(name)
    return shown == "uid:\(uid)" ? shown : "\(shown) (uid \(uid))"
  }
}

/// Finds users by what an administrator types.
struct UserFinder {
  private let entries: [SenderEntry]
  private let positions: [UInt32: Int]
  /// One member of each group, by the group's record.
  private let groups: [UInt32: Int]

  /// Takes the entries of the map.
  init(_ entries: [SenderEntry]) {
    self.entries = entries
    var positions: [UInt32: Int] = [:]
    var groups: [UInt32: Int] = [:]
    for (position, entry) in entries.enumerated() {
      positions[entry.uid] = position
      if let group = entry.rules.quotaGroup { groups[group.recordUID] = position }
    }
    self.positions = positions
    self.groups = groups
  }

  /// The group with a record, as a user with the limits of one of its members; nil if it is none.
  func group(of record: UInt32) -> NamedUser? {
    guard var member = groups[record].map({ entries[$0] }), let group = member.rules.quotaGroup
    else { return nil }
    member.rules.suspended = nil
    member.rules.quotaGroup = nil
    return NamedUser(uid: record, entry: member, name: group.written)
  }

  /// The entry of a user; nil if there is none.
  func entry(of uid: UInt32) -> SenderEntry? { positions[uid].map { entries[$0] } }

  /// The entries that share a quota; nil if the word is no group of the map's.
  private func members(ofGroup word: [UInt8]) -> [SenderEntry]? {
    let members = entries.filter { $0.rules.quotaGroup?.written == word }
    return members.isEmpty ? nil : members
  }

  /// Finds a user by UID.
  func user(uid: UInt32) -> NamedUser {
    if let entry = entry(of: uid) {
      return NamedUser(uid: uid, entry: entry, name: entry.user)
    }
    // The name is decoration: without an answer the number does.
    let account = try? UserDatabase.account(userID: uid)
    return NamedUser(uid: uid, entry: nil, name: account?.name ?? Array("uid:\(uid)".utf8))
  }

  /// Finds a user by a word.
  ///
  ///     user = name-in-map / login / "uid:" 1*DIGIT / 1*DIGIT
  ///
  /// - Parameter word: The word of the command line.
  /// - Returns: The user.
  /// - Throws: `ToolFailure`, with the nearest name of the map, if there is no such user, and with
  ///   the users of a group, if it is one.
  func user(_ word: [UInt8]) throws(ToolFailure) -> NamedUser {
    if let entry = entries.first(where: { $0.user == word || $0.login == word }) {
      return NamedUser(uid: entry.uid, entry: entry, name: entry.user)
    }
    if let members = members(ofGroup: word) {
      let names = members.prefix(10).map { HelpText.shown($0.user) }.joined(separator: " ")
      throw ToolFailure(
        .usage,
        "\(HelpText.shown(word)) is a quota_group, not a user; name one of its users: "
          + "\(names)\(members.count > 10 ? " …" : "")")
    }
    if case .uid(let uid)? = UserName(word[...]) { return user(uid: uid) }
    if case .uid(let uid)? = UserName((Array("uid:".utf8) + word)[...]) { return user(uid: uid) }
    let account: Account?
    do { account = try UserDatabase.account(named: word) } catch {
      throw ToolFailure(error, "cannot look up \(HelpText.shown(word))")
    }
    guard let account else {
      let names = entries.lazy.map { HelpText.shown($0.user) }
      let suggestion = Suggestion.text(for: HelpText.shown(word), among: names)
      throw ToolFailure(.failed, "there is no user '\(HelpText.shown(word))'\(suggestion)")
    }
    return user(uid: account.userID)
  }
}
