internal import LinuxSystem
internal import Policy

/// The accounts of the machine: one pass over the user database, and single questions for those
/// whom the pass does not show (a directory service may not list its users).
final class AccountDirectory {
  /// Every account of the pass, in the order of the user database.
  let all: [ResolvedAccount]
  /// What kept a question from being answered; users it concerns are not known to be missing.
  private(set) var failure: Errno?

  private let mayHideAccounts = NameServices(
    parsing: (try? FileDescriptor.open(path: "/etc/nsswitch.conf").readToEnd(limit: 1 << 16))
      .map { String(decoding: $0, as: UTF8.self) }
  ).mayHideAccounts
  private var byName: [[UInt8]: ResolvedAccount] = [:]
  private var byUID: [UInt32: ResolvedAccount] = [:]

  /// Reads the user database.
  init() throws(ToolFailure) {
    do {
      all = try UserDatabase.all().map(Self.resolved)
    } catch {
      throw ToolFailure(error, "cannot read the accounts of this machine")
    }
    // Of accounts that share a UID or a name the first counts, as in getpwuid(3).
    for account in all {
      if byName[account.login] == nil { byName[account.login] = account }
      if byUID[account.uid] == nil { byUID[account.uid] = account }
    }
  }

  /// Finds the account of a user of the map.
  ///
  /// A UID without an account is not asked for where the pass shows all: each question reads the
  /// user database once more.
  ///
  /// - Parameter site: The user.
  /// - Returns: The account; nil if there is none, or if `failure` says that nobody knows.
  func account(of site: UserName) -> ResolvedAccount? {
    do throws(Errno) {
      switch site {
      case .login(let name):
        if let known = byName[name] { return known }
        return try UserDatabase.account(named: name).map(Self.resolved)
      case .uid(let uid):
        if let known = byUID[uid] { return known }
        guard mayHideAccounts else { return nil }
        return try UserDatabase.account(userID: uid).map(Self.resolved)
      }
    } catch {
      failure = failure ?? error
      return nil
    }
  }

  private static func resolved(_ account: Account) -> ResolvedAccount {
    ResolvedAccount(uid: account.userID, login: account.name, fullName: account.fullName)
  }
}
