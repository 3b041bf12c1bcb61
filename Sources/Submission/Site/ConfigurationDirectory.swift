package import LinuxSystem
package import Policy

/// The directory that holds postern.cf, senders and senders.db.
package struct ConfigurationDirectory: Sendable {
  /// Its path.
  package let path: String
  /// Whether this is a test or trial directory rather than /etc/postern; its files may belong to
  /// the user who runs the program.
  package let isTrial: Bool

  /// The environment variable that names the directory of a trial.
  package static let variable = "POSTERN_CONFIG_DIR"

  /// The directory of the machine, compiled in: a privileged process knows no other.
  package static let installed = ConfigurationDirectory(path: "/etc/postern", isTrial: false)

  /// The directory that the environment of an unprivileged process names.
  ///
  /// - Parameter credentials: The IDs with which the process was started.
  /// - Returns: The directory; nil = none is named by an absolute path, or the process has
  ///   privilege.
  package static func trial(of credentials: Credentials) -> ConfigurationDirectory? {
    guard !credentials.isPrivileged, let path = Environment.value(variable), path.first == 0x2F
    else { return nil }
    return ConfigurationDirectory(path: String(decoding: path, as: UTF8.self), isTrial: true)
  }

  /// The file of the settings, postern.cf(5); the drop-in never opens it.
  package var configurationFile: String { path + "/postern.cf" }
  /// The file of the sender map, postern-senders(5); likewise.
  package var sendersFile: String { path + "/senders" }
  /// Both, compiled.
  package var senderIndexFile: String { path + "/senders.db" }
  /// Where an upgrade keeps the map in the format of this version while senders.db is in that of
  /// another.
  package var secondSenderIndexFile: String {
    "\(senderIndexFile).\(SenderIndexHeader.formatVersion)"
  }
}

extension ConfigurationDirectory {
  /// Opens a file that decides what is permitted.
  ///
  /// Whoever takes over the account postern must not be able to widen its own policy, so the file
  /// is root's. In a trial it may be the caller's own: then only the caller is judged by it.
  ///
  /// - Parameter path: The file.
  /// - Returns: The file, open for reading.
  /// - Throws: `InstallationFault`.
  package func openTrusted(_ path: String) throws(InstallationFault) -> FileDescriptor {
    let file = try open(path)
    _ = try trustedStatus(of: file, path)
    return file
  }

  private func open(_ path: String) throws(InstallationFault) -> FileDescriptor {
    do { return try FileDescriptor.open(path: path, options: .followLinks) } catch {
      throw .unreadable(path: path, error)
    }
  }

  private func trustedStatus(
    of file: borrowing FileDescriptor, _ path: String
  ) throws(InstallationFault) -> FileStatus {
    let status: FileStatus
    do { status = try file.status() } catch { throw .unreadable(path: path, error) }
    let isOwn = isTrial && status.ownerUID == Credentials.fileUserID()
    guard status.ownerUID == 0 || isOwn, status.mode & 0o022 == 0 else {
      throw .untrusted(path: path)
    }
    return status
  }

  /// Opens senders.db, all that the drop-in reads.
  ///
  /// During an upgrade the programs of two versions work side by side. If senders.db is in another
  /// format than this version's, the file that the upgrade has put beside it in this format is
  /// read.
  ///
  /// - Returns: The compiled settings and entries.
  /// - Throws: `InstallationFault`, if it is missing, truncated or foreign.
  package func senderMap() throws(InstallationFault) -> SenderMapFile {
    do throws(InstallationFault) {
      return try senderMap(senderIndexFile)
    } catch {
      guard case .senderIndex(_, .version) = error,
        let second = try? senderMap(secondSenderIndexFile)
      else { throw error }
      return second
    }
  }

  private func senderMap(_ path: String) throws(InstallationFault) -> SenderMapFile {
    let file = try open(path)
    let status = try trustedStatus(of: file, path)
    return try SenderMapFile(file, status, path: path)
  }

  /// Tells whether senders or postern.cf has changed since senders.db was built.
  ///
  /// - Parameter header: The header of senders.db.
  /// - Returns: Whether `postern map build` is due; true as well if a file cannot be examined.
  package func isStale(_ header: SenderIndexHeader) -> Bool {
    guard let senders = try? FileStamp(fileStatus(sendersFile, followingLinks: true)),
      let settings = try? FileStamp(fileStatus(configurationFile, followingLinks: true))
    else { return true }
    return header.isStale(senders: senders, settings: settings)
  }
}

extension FileStamp {
  /// The stamp of a file.
  package init(_ status: FileStatus) {
    self.init(bytes: status.size, modified: status.modifiedNanoseconds)
  }
}
