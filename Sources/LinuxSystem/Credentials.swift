internal import Glibc
#if !hasFeature(Embedded)
  internal import GlibcExtras
#endif

/// The user and group IDs of a process.
package struct Credentials: Equatable, Sendable {
  /// Who called the program.
  package let realUserID: UInt32
  /// Who the kernel asks about permissions.
  package let effectiveUserID: UInt32
  /// Who the process may become again.
  package let savedUserID: UInt32
  /// The caller's group.
  package let realGroupID: UInt32
  /// The group the kernel asks about permissions.
  package let effectiveGroupID: UInt32
  /// The group the process may take again.
  package let savedGroupID: UInt32

  /// Returns the IDs of this process.
  ///
  /// The corresponding C functions are `getresuid` and `getresgid`.
  package static func current() -> Credentials {
    // Should the kernel ever not answer, the process counts as privileged, as in SecureStart.c.
    var user: (UInt32, UInt32, UInt32) = (.max, .max - 1, .max)
    var group: (UInt32, UInt32, UInt32) = (.max, .max - 1, .max)
    // SAFETY: the kernel fills three numbers each.
    _ = unsafe getresuid(&user.0, &user.1, &user.2)
    _ = unsafe getresgid(&group.0, &group.1, &group.2)
    return Credentials(
      realUserID: user.0, effectiveUserID: user.1, savedUserID: user.2,
      realGroupID: group.0, effectiveGroupID: group.1, savedGroupID: group.2)
  }

  /// Returns who called the program, if nobody has changed that since.
  ///
  /// The corresponding C function is `getuid`.
  package static func realUserID() -> UInt32 { getuid() }

  /// Returns who the kernel asks about permissions of files: the effective user, but for a process
  /// that has left its caller.
  ///
  /// The corresponding C function is `setfsuid`, which changes nothing where no user has this ID.
  package static func fileUserID() -> UInt32 { UInt32(bitPattern: setfsuid(.max)) }

  /// Who called the program, also after `leaveCaller`; the saved user is the account until the end.
  private var callerUserID: UInt32 {
    realUserID == savedUserID ? effectiveUserID : realUserID
  }

  /// Whether the process holds rights that its caller does not have.
  ///
  /// SecureStart.c asks the same question with the same test before the Swift runtime starts.
  package var isPrivileged: Bool {
    realUserID != effectiveUserID || effectiveUserID != savedUserID
      || realGroupID != effectiveGroupID || effectiveGroupID != savedGroupID
  }

  /// Takes the process from its caller, who can neither signal nor trace it from here on.
  ///
  /// The real and the saved user, which the kernel asks about that, become the account. The caller
  /// stays in the effective one, so that the process can still become the caller's again.
  ///
  /// - Parameter asCaller: Done in between: files are opened with the caller's rights.
  /// - Throws: `Errno`; EPERM if the kernel reports other IDs afterwards than asked for.
  ///
  /// The corresponding C functions are `setresuid`, `setfsuid` and `setresgid`.
  static func leaveCaller(_ asCaller: () throws(Errno) -> Void) throws(Errno) {
    let before = current()
    let (account, caller, group) = (before.savedUserID, before.callerUserID, before.savedGroupID)
    try check("setresuid") { setresuid(account, caller, account) }
    try asCaller()
    // A call of root's costs nobody a process, and is never to become root's again.
    let kept = caller == 0 ? account : caller
    if kept != caller { try check("setresuid") { setresuid(account, kept, account) } }
    _ = setfsuid(account)
    try check("setresgid") { setresgid(group, group, group) }
    let expected = Credentials(
      realUserID: account, effectiveUserID: kept, savedUserID: account,
      realGroupID: group, effectiveGroupID: group, savedGroupID: group)
    guard current() == expected, fileUserID() == account else {
      throw Errno(number: EPERM, call: "setresuid")
    }
  }

  /// Makes a process that has left its caller, and sends nothing, the caller's again, for good.
  ///
  /// Who does not ask for the status of ended processes keeps them, and they count as the real
  /// user's: they must not be the account's.
  ///
  /// - Throws: `Errno`.
  ///
  /// The corresponding C function is `setresuid`.
  package static func returnToCaller() throws(Errno) {
    let before = current()
    guard before.realUserID == before.savedUserID else { return }
    let caller = before.effectiveUserID
    try check("setresuid") { setresuid(caller, caller, caller) }
  }

  /// Makes the saved user and group the real and effective ones, too, for good: programs that the
  /// process executes see them as who calls.
  ///
  /// - Throws: `Errno`; EPERM if the kernel reports other IDs afterwards than asked for.
  ///
  /// The corresponding C functions are `setresgid` and `setresuid`.
  package static func becomeAccount() throws(Errno) {
    let before = current()
    try setAll(userID: before.savedUserID, groupID: before.savedGroupID)
  }

  /// Gives all privilege back: real, effective and saved IDs become the caller's, for good.
  ///
  /// - Throws: `Errno`; EPERM if the kernel reports other IDs afterwards than asked for.
  ///
  /// The corresponding C functions are `setresgid` and `setresuid`.
  package static func becomeReal() throws(Errno) {
    let before = current()
    try setAll(userID: before.realUserID, groupID: before.realGroupID)
  }

  /// Turns root into another user, without root's supplementary groups, for good.
  ///
  /// - Parameters:
  ///   - userID: Who the process becomes.
  ///   - groupID: Its only group.
  /// - Throws: `Errno`; EPERM if the caller is not root.
  ///
  /// The corresponding C functions are `setgroups`, `setresgid` and `setresuid`.
  package static func become(userID: UInt32, groupID: UInt32) throws(Errno) {
    let groups = [groupID]
    // SAFETY: the kernel reads one number of an array of one.
    try check("setgroups") { unsafe setgroups(1, groups) }
    try setAll(userID: userID, groupID: groupID)
  }

  /// Sets groups before users: without the user's rights the groups could not be set any more.
  private static func setAll(userID: UInt32, groupID: UInt32) throws(Errno) {
    try check("setresgid") { setresgid(groupID, groupID, groupID) }
    try check("setresuid") { setresuid(userID, userID, userID) }
    let expected = Credentials(
      realUserID: userID, effectiveUserID: userID, savedUserID: userID,
      realGroupID: groupID, effectiveGroupID: groupID, savedGroupID: groupID)
    guard current() == expected else { throw Errno(number: EPERM, call: "setresuid") }
  }
}
