internal import LinuxSystem

/// Puts a file in the place of another in one step.
enum IndexWriter {
  /// Writes a file beside its final place, makes it durable, and renames it.
  ///
  /// - Parameters:
  ///   - bytes: The contents.
  ///   - path: The final place.
  ///   - groupID: The group that may read it; nil = the writer's own.
  ///   - permissions: By default readable by the drop-in through its group, and writable by root alone.
  /// - Throws: `ToolFailure`; the old file is then still in its place.
  static func write(
    _ bytes: [UInt8], to path: String, groupID: UInt32?, permissions: UInt32 = 0o640
  ) throws(ToolFailure) {
    let place = Array(path.utf8)
    let temporary = Array("\(path).\(Host.processID()).tmp".utf8)
    do {
      try create(temporary, bytes, groupID, permissions)
      try FileSystem.rename(temporary, to: place)
      let directory = try FileDescriptor.open(
        path: FileSystem.directory(of: place), options: [.directory, .followLinks])
      try directory.sync()
    } catch {
      // After the renaming there is nothing left to remove.
      try? FileSystem.unlink(temporary)
      throw ToolFailure(error, "cannot write \(path)")
    }
  }

  private static func create(
    _ path: [UInt8], _ bytes: [UInt8], _ groupID: UInt32?, _ permissions: UInt32
  ) throws(Errno) {
    // What a killed process with the same number left behind. The directory is root's alone.
    try? FileSystem.unlink(path)
    let file = try FileDescriptor.open(
      path: path, options: [.writeOnly, .create, .exclusive], permissions: 0o600)
    try file.writeAll(bytes)
    if let groupID { try file.setOwner(userID: 0, groupID: groupID) }
    try file.setPermissions(permissions)
    try file.sync()
    try file.close()
  }
}
