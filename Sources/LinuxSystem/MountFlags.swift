internal import Glibc

/// How the file system that holds a file is mounted.
package struct MountFlags: Equatable, Sendable {
  /// Whether set-id bits mean nothing there.
  package let ignoresSetID: Bool
  /// Whether nothing can be executed there.
  package let forbidsExecution: Bool
  /// Whether nothing can be written there.
  package let isReadOnly: Bool

  /// Creates flags.
  package init(
    ignoresSetID: Bool = false, forbidsExecution: Bool = false, isReadOnly: Bool = false
  ) {
    self.ignoresSetID = ignoresSetID
    self.forbidsExecution = forbidsExecution
    self.isReadOnly = isReadOnly
  }

  /// Asks for the flags of the mount that holds a file.
  ///
  /// - Parameter path: The file; links are followed.
  /// - Throws: `Errno`.
  ///
  /// The corresponding C function is `statvfs`.
  package init(of path: [UInt8]) throws(Errno) {
    var raw = statvfs()
    try unsafe withCString(path, for: "statvfs") { (pointer) throws(Errno) in
      // SAFETY: a C string during the call; the kernel fills one structure.
      _ = try check("statvfs") { unsafe statvfs(pointer, &raw) }
    }
    func has(_ flag: Int) -> Bool { raw.f_flag & UInt(flag) != 0 }
    // statvfs(3): ST_RDONLY, ST_NOSUID and ST_NOEXEC, which the module does not export as numbers.
    self.init(ignoresSetID: has(2), forbidsExecution: has(8), isReadOnly: has(1))
  }
}
