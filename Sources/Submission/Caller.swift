internal import LinuxSystem

/// Who called, and what this process may therefore read.
package struct Caller: Sendable {
  /// The real UID at the start: whose mail it is.
  package let uid: UInt32
  /// Where the configuration is: compiled in for a privileged process.
  package let configuration: ConfigurationDirectory

  /// Takes over from the caller: cleans the process and becomes the account postern for good.
  ///
  /// From here on the caller can no longer signal or trace this process, and Postfix sees postern.
  ///
  /// - Throws: `Refusal`.
  package static func takeOver() throws(Refusal) -> Caller {
    let credentials = Credentials.current()
    do { try ProcessState.sanitise() } catch { throw .system(error) }
    if credentials.isPrivileged {
      guard credentials.effectiveUserID != 0 else { throw .installation(.wrongPrivilege) }
      // Only the set-gid bit is left: the message would be handed over as the caller.
      guard credentials.effectiveUserID != credentials.realUserID else {
        throw .installation(.notPrivileged)
      }
      do { try Credentials.becomeEffective() } catch { throw .system(error) }
      return Caller(uid: credentials.realUserID, configuration: .installed)
    }
    guard let directory = ConfigurationDirectory.trial(of: credentials) else {
      throw .installation(.notPrivileged)
    }
    return Caller(uid: credentials.realUserID, configuration: directory)
  }
}
