package import LinuxSystem
package import Policy

/// The directory that holds postern.cf, senders and senders.db.
package struct ConfigurationDirectory: Sendable {
  /// Its path.
  package let path: String
  /// Whether it is another than the machine's: of a test or a trial, in which everything may belong to whoever runs it.
  package let isTrial: Bool

  /// The environment variable that names the directory of a trial.
  package static let variable = "POSTERN_CONFIG_DIR"

  /// The directory of the machine, compiled in: a privileged process knows no other.
  package static let installed = ConfigurationDirectory(path: "/etc/postern", isTrial: false)

  /// The directory that the environment of an unprivileged process names.
  ///
  /// - Parameter credentials: The IDs with which the process was started.
  /// - Returns: The directory; nil if none is named by an absolute path, or the process has privilege.
  package static func trial(of credentials: Credentials) -> ConfigurationDirectory? {
    guard !credentials.isPrivileged, let path = Environment.value(variable), path.first == 0x2F
    else { return nil }
    return ConfigurationDirectory(path: String(decoding: path, as: UTF8.self), isTrial: true)
  }

  /// The file of the settings, postern.cf(5).
  package var configurationFile: String { path + "/postern.cf" }
  /// The file of the sender map, postern-senders(5).
  package var sendersFile: String { path + "/senders" }
  /// The compiled sender map.
  package var senderIndexFile: String { path + "/senders.db" }

  /// Reads postern.cf.
  ///
  /// - Returns: The configuration.
  /// - Throws: `InstallationFault`: any problem in it, not only one that matters now.
  package func configuration() throws(InstallationFault) -> Configuration {
    let file = try openTrusted(configurationFile)
    let bytes: [UInt8]
    do { bytes = try file.readToEnd(limit: ConfigurationFile.maximumBytes + 1) } catch {
      throw .unreadable(path: configurationFile, error)
    }
    let (configuration, problems) = ConfigurationFile.parse(bytes, file: configurationFile)
    guard problems.isEmpty else { throw .configuration(problems) }
    return configuration
  }
}

extension ConfigurationDirectory {
  /// Opens a file that decides what is permitted.
  ///
  /// Whoever takes over the account postern must not be able to widen its own policy, so the file is root's. In a trial
  /// it may be the caller's own: then only the caller is judged by it.
  ///
  /// - Parameter path: The file.
  /// - Returns: The file, open for reading.
  /// - Throws: `InstallationFault`.
  package func openTrusted(_ path: String) throws(InstallationFault) -> FileDescriptor {
    let file: FileDescriptor
    do { file = try FileDescriptor.open(path: path, options: .followLinks) } catch {
      throw .unreadable(path: path, error)
    }
    let status: FileStatus
    do { status = try file.status() } catch { throw .unreadable(path: path, error) }
    let isOwn = isTrial && status.ownerUID == Credentials.current().effectiveUserID
    guard status.ownerUID == 0 || isOwn, status.mode & 0o022 == 0 else {
      throw .untrusted(path: path)
    }
    return file
  }

  /// Opens senders.db.
  ///
  /// - Returns: The compiled map.
  /// - Throws: `InstallationFault`, if it is missing, truncated or foreign.
  package func senderMap() throws(InstallationFault) -> SenderMapFile {
    try SenderMapFile(openTrusted(senderIndexFile), path: senderIndexFile)
  }

  /// Tells whether senders or the settings that go into the map have changed since it was built.
  ///
  /// - Parameters:
  ///   - header: The header of senders.db.
  ///   - configuration: postern.cf.
  /// - Returns: Whether `postern map build` is due; true as well if senders cannot be examined.
  package func isStale(_ header: SenderIndexHeader, _ configuration: Configuration) -> Bool {
    guard let senders = try? fileStatus(sendersFile, followingLinks: true) else { return true }
    return header.isStale(
      sendersBytes: senders.size, sendersModified: senders.modifiedNanoseconds,
      settingsDigest: configuration.settingsDigest)
  }
}
