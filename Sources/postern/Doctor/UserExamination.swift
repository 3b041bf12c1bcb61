internal import LinuxSystem
internal import Policy
internal import Submission

/// Whether the UIDs of the compiled map still belong to those for whom it was written.
enum UserExamination {
  /// What the user database says of a UID and a name today.
  struct Directory {
    /// The first login name of a UID.
    let name: (UInt32) -> String?
    /// The UID of a login name.
    let userID: (String) -> UInt32?
  }

  /// Judges the entries.
  ///
  /// - Parameters:
  ///   - entries: Those of senders.db.
  ///   - accounts: The user database.
  /// - Returns: UIDs with another name now, and UIDs without one.
  static func findings(_ entries: [SenderEntry], _ accounts: Directory) -> [Finding] {
    var (reused, gone): ([String], [String]) = ([], [])
    for entry in entries.sorted(by: { $0.uid < $1.uid }) where !entry.login.isEmpty {
      let login = Diagnostics.shown(entry.login)
      guard accounts.userID(login) != entry.uid else { continue }
      if let other = accounts.name(entry.uid) {
        reused.append("UID \(entry.uid) belonged to \(login) and now belongs to \(other)")
      } else if entry.isListed {
        gone.append("UID \(entry.uid) belonged to \(login) and now has no account")
      }
    }
    var found: [Finding] = []
    if !reused.isEmpty {
      found.append(
        Finding(
          .userReused,
          "an account may send with the addresses of a former account that had the same UID",
          evidence: reused, remedy: "remove the old names from senders, then: postern map build"))
    }
    if !gone.isEmpty {
      found.append(
        Finding(
          .userGone,
          "the map names accounts that no longer exist; a new account with the same UID gets their addresses",
          evidence: gone, remedy: "remove them from senders, then: postern map build"))
    }
    return found
  }

  /// Judges the account postern itself: who has its UID, or its name as another one, is the gate.
  static func shared(_ account: Account, names: [String]) -> Finding? {
    let own = String(decoding: account.name, as: UTF8.self)
    let others = names.filter { $0 != own }
    guard !others.isEmpty else { return nil }
    return Finding(
      .accountShared,
      "\(others.joined(separator: " ")) has the same UID as \(own), and so the same rights",
      evidence: names.map { "\($0): UID \(account.userID)" },
      remedy: others.map { "usermod --uid NUMBER \($0)" }.joined(separator: "; "))
  }
}
