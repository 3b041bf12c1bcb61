internal import LinuxSystem

/// Who called, and what this process may therefore read.
package struct Caller: Sendable {
  /// The real UID at the start: whose mail it is.
  package let uid: UInt32
  /// Where the configuration is: compiled in for a privileged process.
  package let configuration: ConfigurationDirectory

  private static let installedDirectory = "/etc/postern"
  private static let directoryVariable = "POSTERN_CONFIG_DIR"

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
      do { try Credentials.becomeEffective() } catch { throw .system(error) }
      return Caller(
        uid: credentials.realUserID, configuration: ConfigurationDirectory(path: installedDirectory))
    }
    guard let directory = Environment.value(directoryVariable), directory.first == 0x2F else {
      throw .installation(.notPrivileged)
    }
    return Caller(
      uid: credentials.realUserID,
      configuration: ConfigurationDirectory(
        path: String(decoding: directory, as: UTF8.self)))
  }
}
