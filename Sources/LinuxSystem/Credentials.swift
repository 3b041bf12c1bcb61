internal import Glibc

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

  /// Whether the process holds rights that its caller does not have.
  ///
  /// SecureStart.c asks the same question with the same test before the Swift runtime starts.
  package var isPrivileged: Bool {
    realUserID != effectiveUserID || effectiveUserID != savedUserID
      || realGroupID != effectiveGroupID || effectiveGroupID != savedGroupID
  }

  /// Makes the effective user and group the real and saved ones, too, for good.
  ///
  /// From here on the caller can neither signal nor trace the process, and programs it executes see
  /// the effective user as who calls them.
  ///
  /// - Throws: `Errno`; EPERM if the kernel reports other IDs afterwards than asked for.
  ///
  /// The corresponding C functions are `setresgid` and `setresuid`.
  package static func becomeEffective() throws(Errno) {
    let before = current()
    try setAll(userID: before.effectiveUserID, groupID: before.effectiveGroupID)
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
