internal import LinuxSystem

/// Who called, and what this process may therefore read.
package struct Caller: Sendable {
  /// The real UID at the start: whose mail it is.
  package let uid: UInt32
  /// Where the configuration is: compiled in for a privileged process.
  package let configuration: ConfigurationDirectory

  /// Establishes who called: cleans the process and makes sure that it has the privilege it needs.
  ///
  /// The real UID stays the caller's (see `Delivery`): a process that waits counts against the
  /// caller's RLIMIT_NPROC. As postern's own, a thousand of them would keep other users' processes
  /// from executing Postfix. The caller can stop or kill this process, as at any time; it cannot
  /// trace it.
  ///
  /// - Throws: `Refusal`.
  package static func establish() throws(Refusal) -> Caller {
    let credentials = Credentials.current()
    let fault: LimitFault?
    do { fault = try ProcessState.sanitize() } catch { throw .system(error) }
    if let fault { throw .limit(fault) }
    if credentials.isPrivileged {
      guard credentials.effectiveUserID != 0 else { throw .installation(.wrongPrivilege) }
      // Only the set-gid bit is left: the message would be handed over as the caller.
      guard credentials.effectiveUserID != credentials.realUserID else {
        throw .installation(.notPrivileged)
      }
      return Caller(uid: credentials.realUserID, configuration: .installed)
    }
    guard let directory = ConfigurationDirectory.trial(of: credentials) else {
      throw .installation(.notPrivileged)
    }
    return Caller(uid: credentials.realUserID, configuration: directory)
  }

  /// Establishes that this process may serve the callers of the SMTP door, and cleans it.
  ///
  /// It is postern's own from its start. As any other user's, it could read neither senders.db nor
  /// the state file, and Postfix would take nothing from it.
  ///
  /// - Returns: Where the configuration is.
  /// - Throws: `Refusal`.
  static func establishDoor() throws(Refusal) -> ConfigurationDirectory {
    let credentials = Credentials.current()
    let fault: LimitFault?
    do { fault = try ProcessState.sanitize() } catch { throw .system(error) }
    if let fault { throw .limit(fault) }
    guard !credentials.isPrivileged, credentials.realUserID != 0 else {
      throw .installation(.wrongPrivilege)
    }
    return ConfigurationDirectory.trial(of: credentials) ?? .installed
  }
}
