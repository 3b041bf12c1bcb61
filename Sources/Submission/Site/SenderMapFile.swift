internal import LinuxSystem
package import Policy

/// senders.db, open for look-ups.
package struct SenderMapFile: ~Copyable {
  /// The index with its header and the settings.
  package let index: SenderIndex

  /// The file itself, as the kernel knows it.
  let status: FileStatus

  private let path: String
  private let file: FileDescriptor

  /// Reads the header and the settings.
  ///
  /// - Parameters:
  ///   - file: The map, open for reading.
  ///   - status: What the kernel says of it.
  ///   - path: Its path, for texts.
  /// - Throws: `InstallationFault`, if it is truncated or not one of this version.
  init(
    _ file: consuming FileDescriptor, _ status: FileStatus, path: String
  ) throws(InstallationFault) {
    index = try Self.index(in: file, size: status.size, path)
    self.status = status
    self.path = path
    self.file = file
  }

  private static func index(
    in file: borrowing FileDescriptor, size: UInt64, _ path: String
  ) throws(InstallationFault) -> SenderIndex {
    do {
      return try SenderIndex.open(size: size) { offset, count throws(Errno) in
        try file.pread(offset: offset, count: count)
      }
    } catch {
      throw fault(error, path)
    }
  }

  /// Looks a user up.
  ///
  /// - Parameter uid: The user.
  /// - Returns: The entry; nil = the user is unlisted.
  /// - Throws: `InstallationFault`, if the file cannot be trusted near the answer.
  package func entry(for uid: UInt32) throws(InstallationFault) -> SenderEntry? {
    do {
      return try index.entry(for: uid) { offset, count throws(Errno) in
        try file.pread(offset: offset, count: count)
      }
    } catch {
      throw Self.fault(error, path)
    }
  }

  /// Reads every entry, for the administrator's tool.
  ///
  /// - Returns: The entries in no particular order.
  /// - Throws: `InstallationFault`, if anything in the file cannot be trusted.
  package func allEntries() throws(InstallationFault) -> [SenderEntry] {
    do {
      return try index.allEntries { offset, count throws(Errno) in
        try file.pread(offset: offset, count: count)
      }
    } catch {
      throw Self.fault(error, path)
    }
  }

  private static func fault(_ error: SenderIndexError<Errno>, _ path: String) -> InstallationFault {
    switch error {
    case .unreadable(let error): .unreadable(path: path, error)
    case .invalid(let fault): .senderIndex(path: path, fault)
    }
  }
}
