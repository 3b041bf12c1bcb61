internal import LinuxSystem
package import Policy

/// The directory that holds postern.cf, senders and senders.db.
package struct ConfigurationDirectory: Sendable {
  /// Its path.
  package let path: String

  /// Names a directory; nothing is read yet.
  package init(path: String) { self.path = path }

  package var configurationFile: String { path + "/postern.cf" }
  package var sendersFile: String { path + "/senders" }
  package var senderIndexFile: String { path + "/senders.db" }

  /// Reads postern.cf.
  ///
  /// - Returns: The configuration.
  /// - Throws: `InstallationFault`: any problem in it, not only one that matters now.
  package func configuration() throws(InstallationFault) -> Configuration {
    let bytes: [UInt8]
    do {
      let file = try FileDescriptor.open(path: configurationFile, options: .followLinks)
      bytes = try file.readToEnd(limit: ConfigurationFile.maximumBytes + 1)
    } catch {
      throw .unreadable(path: configurationFile, error)
    }
    let (configuration, problems) = ConfigurationFile.parse(bytes, file: configurationFile)
    guard problems.isEmpty else { throw .configuration(problems) }
    return configuration
  }
}

extension ConfigurationDirectory {
  /// Opens senders.db.
  ///
  /// - Returns: The compiled map.
  /// - Throws: `InstallationFault`, if it is missing, truncated or foreign.
  package func senderMap() throws(InstallationFault) -> SenderMapFile {
    try SenderMapFile(path: senderIndexFile)
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
