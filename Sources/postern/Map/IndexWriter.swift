internal import LinuxSystem

/// Puts a file in the place of another in one step.
enum IndexWriter {
  /// Writes a file beside its final place, makes it durable, and renames it.
  ///
  /// - Parameters:
  ///   - bytes: The contents.
  ///   - path: The final place.
  ///   - groupID: The group that may read it; nil = the writer's own.
  ///   - permissions: By default readable by the drop-in through its group, and writable by root
  ///     alone.
  /// - Throws: `ToolFailure`; the old file is then still in its place.
  static func write(
    _ bytes: [UInt8], to path: String, groupID: UInt32?, permissions: UInt32 = 0o640
  ) throws(ToolFailure) {
    let temporary = "\(path).\(Host.processID()).tmp"
    do throws(Errno) {
      try create(temporary, bytes, groupID, permissions)
      try rename(temporary, to: path)
    } catch {
      // After the renaming there is nothing left to remove.
      try? FileSystem.unlink(Array(temporary.utf8))
      throw ToolFailure(error, "cannot write \(path)")
    }
  }

  /// Writes a file and waits until it is on the disk.
  ///
  /// - Parameters:
  ///   - path: Where; what a killed process left there is removed. The directory is root's alone.
  ///   - bytes: The contents.
  ///   - groupID: As for `write`.
  ///   - permissions: As for `write`.
  /// - Throws: `Errno`.
  static func create(
    _ path: String, _ bytes: [UInt8], _ groupID: UInt32?, _ permissions: UInt32
  ) throws(Errno) {
    let place = Array(path.utf8)
    try? FileSystem.unlink(place)
    let file = try FileDescriptor.open(
      path: place, options: [.writeOnly, .create, .exclusive], permissions: 0o600)
    try file.writeAll(bytes)
    if let groupID { try file.setOwner(userID: 0, groupID: groupID) }
    try file.setPermissions(permissions)
    try file.sync()
    try file.close()
  }

  /// Renames a file in its directory and waits until the new name is on the disk.
  static func rename(_ path: String, to final: String) throws(Errno) {
    let place = Array(final.utf8)
    try FileSystem.rename(Array(path.utf8), to: place)
    try FileDescriptor.open(
      path: FileSystem.directory(of: place), options: [.directory, .followLinks]
    ).sync()
  }
}
