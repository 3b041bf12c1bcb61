internal import Glibc

/// Names of files.
package enum FileSystem {
  /// Gives a file another name, replacing what had it, in one step.
  ///
  /// - Throws: `Errno`.
  ///
  /// The corresponding C function is `rename`.
  package static func rename(_ old: [UInt8], to new: [UInt8]) throws(Errno) {
    try unsafe withCString(old, for: "rename") { (oldPointer) throws(Errno) in
      try unsafe withCString(new, for: "rename") { (newPointer) throws(Errno) in
        // SAFETY: both are C strings during the call.
        _ = try check("rename") { unsafe Glibc.rename(oldPointer, newPointer) }
      }
    }
  }

  /// Gives a file another name, in one step, only if nothing has that name yet.
  ///
  /// Unlike link(2) and unlink(2) in turn it never leaves the file with two names.
  ///
  /// - Throws: `Errno`; `isAlreadyThere` if the name is taken.
  ///
  /// The corresponding C function is `renameat2` with `RENAME_NOREPLACE`.
  package static func renameToFreeName(_ old: [UInt8], to new: [UInt8]) throws(Errno) {
    try unsafe withCString(old, for: "renameat2") { (oldPointer) throws(Errno) in
      try unsafe withCString(new, for: "renameat2") { (newPointer) throws(Errno) in
        // SAFETY: both are C strings during the call.
        _ = try check("renameat2") {
          unsafe renameat2(AT_FDCWD, oldPointer, AT_FDCWD, newPointer, UInt32(RENAME_NOREPLACE))
        }
      }
    }
  }

  /// Takes a name away; a file without names and openings is gone.
  ///
  /// - Throws: `Errno`.
  ///
  /// The corresponding C function is `unlink`.
  package static func unlink(_ path: [UInt8]) throws(Errno) {
    try unsafe withCString(path, for: "unlink") { (pointer) throws(Errno) in
      // SAFETY: a C string during the call.
      _ = try check("unlink") { unsafe Glibc.unlink(pointer) }
    }
  }

  /// Creates a directory.
  ///
  /// - Parameters:
  ///   - path: Its path.
  ///   - permissions: Its permission bits, cut by the umask.
  /// - Throws: `Errno`.
  ///
  /// The corresponding C function is `mkdir`.
  package static func makeDirectory(
    _ path: [UInt8], permissions: UInt32 = 0o700
  ) throws(Errno) {
    try unsafe withCString(path, for: "mkdir") { (pointer) throws(Errno) in
      // SAFETY: a C string during the call.
      _ = try check("mkdir") { unsafe mkdir(pointer, permissions) }
    }
  }

  /// Returns the names in a directory, without `.` and `..`, in no particular order.
  ///
  /// - Throws: `Errno`.
  ///
  /// The corresponding C functions are `opendir` and `readdir`.
  package static func names(in directory: [UInt8]) throws(Errno) -> [[UInt8]] {
    var names: [[UInt8]] = []
    try unsafe withCString(directory, for: "opendir") { (path) throws(Errno) in
      // SAFETY: the path is a C string during the call; the stream is used between opendir and
      // closedir only; each entry is copied before the next call to readdir, and its name is a C
      // string.
      guard let stream = unsafe opendir(path) else {
        throw Errno(number: errno, call: "opendir")
      }
      defer { unsafe closedir(stream) }
      while true {
        errno = 0
        guard let entry = unsafe readdir(stream) else { break }
        let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { raw in
          unsafe Array(raw.prefix { $0 != 0 })
        }
        if name != [0x2E], name != [0x2E, 0x2E] { names.append(name) }
      }
      if errno != 0 { throw Errno(number: errno, call: "readdir") }
    }
    return names
  }

  /// Removes an empty directory.
  ///
  /// - Throws: `Errno`.
  ///
  /// The corresponding C function is `rmdir`.
  package static func removeDirectory(_ path: [UInt8]) throws(Errno) {
    try unsafe withCString(path, for: "rmdir") { (pointer) throws(Errno) in
      // SAFETY: a C string during the call.
      _ = try check("rmdir") { unsafe rmdir(pointer) }
    }
  }

  /// Sets the permission bits of the file at a path, following links.
  ///
  /// - Throws: `Errno`.
  ///
  /// The corresponding C function is `chmod`.
  package static func setPermissions(_ path: [UInt8], _ permissions: UInt32) throws(Errno) {
    try unsafe withCString(path, for: "chmod") { (pointer) throws(Errno) in
      // SAFETY: a C string during the call.
      _ = try check("chmod") { unsafe chmod(pointer, permissions) }
    }
  }

  /// Returns the directory part of a path: everything before the last slash, or `.`.
  package static func directory(of path: [UInt8]) -> [UInt8] {
    guard let slash = path.lastIndex(of: UInt8(ascii: "/")) else { return [UInt8(ascii: ".")] }
    return slash == 0 ? [UInt8(ascii: "/")] : Array(path[..<slash])
  }
}
