internal import Glibc

/// What the kernel knows about a file.
package struct FileStatus: Equatable, Sendable {
  /// The owner.
  package let ownerUID: UInt32
  /// The group.
  package let groupGID: UInt32
  /// The permission bits with set-uid, set-gid and sticky, without the type: for example 0o640.
  package let mode: UInt32
  /// The size in bytes.
  package let size: UInt64
  /// Whether it is a regular file.
  package let isRegular: Bool
  /// Whether it is a directory.
  package let isDirectory: Bool
  /// Whether it is a symbolic link.
  package let isSymbolicLink: Bool
  /// When the contents were last changed, in nanoseconds since 1970; 0 for times before.
  package let modifiedNanoseconds: UInt64
  /// The number of names.
  package let linkCount: UInt64
  /// The file system.
  package let deviceNumber: UInt64
  /// The file within its file system.
  package let inode: UInt64

  init(_ raw: stat) {
    ownerUID = raw.st_uid
    groupGID = raw.st_gid
    mode = raw.st_mode & 0o7777
    size = UInt64(clamping: raw.st_size)
    isRegular = raw.st_mode & S_IFMT == S_IFREG
    isDirectory = raw.st_mode & S_IFMT == S_IFDIR
    isSymbolicLink = raw.st_mode & S_IFMT == S_IFLNK
    let seconds = UInt64(clamping: raw.st_mtim.tv_sec)
    let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    modifiedNanoseconds = overflow ? .max : scaled &+ UInt64(clamping: raw.st_mtim.tv_nsec)
    linkCount = UInt64(raw.st_nlink)
    deviceNumber = UInt64(raw.st_dev)
    inode = UInt64(raw.st_ino)
  }

  /// Whether others than the owner may write: the group, or everybody.
  package var isWritableByOthers: Bool { mode & 0o022 != 0 }
}

/// Returns what the kernel knows about the file at a path.
///
/// - Parameters:
///   - path: The path, without NUL.
///   - followingLinks: Whether a symbolic link at its end is followed.
/// - Returns: The status.
/// - Throws: `Errno`.
///
/// The corresponding C function is `fstatat`.
package func fileStatus(_ path: [UInt8], followingLinks: Bool) throws(Errno) -> FileStatus {
  var raw = stat()
  let flags = followingLinks ? 0 : AT_SYMLINK_NOFOLLOW
  try unsafe withCString(path, for: "fstatat") { (pointer) throws(Errno) in
    // SAFETY: `pointer` is a C string during the call; the kernel fills one structure.
    _ = try check("fstatat") { unsafe fstatat(AT_FDCWD, pointer, &raw, flags) }
  }
  return FileStatus(raw)
}

/// Returns what the kernel knows about the file at a path; see `fileStatus` for bytes.
package func fileStatus(_ path: String, followingLinks: Bool) throws(Errno) -> FileStatus {
  try fileStatus(Array(path.utf8), followingLinks: followingLinks)
}

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
