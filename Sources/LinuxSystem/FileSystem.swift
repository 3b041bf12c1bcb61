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

  /// Gives a file one more name.
  ///
  /// - Throws: `Errno`; `isAlreadyThere` if the name is taken.
  ///
  /// The corresponding C function is `link`.
  package static func link(_ old: [UInt8], to new: [UInt8]) throws(Errno) {
    try unsafe withCString(old, for: "link") { (oldPointer) throws(Errno) in
      try unsafe withCString(new, for: "link") { (newPointer) throws(Errno) in
        // SAFETY: both are C strings during the call.
        _ = try check("link") { unsafe Glibc.link(oldPointer, newPointer) }
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

  /// Returns what a symbolic link names, for example `/proc/self/exe`: the program that runs.
  ///
  /// - Parameter path: The link.
  /// - Returns: Its contents.
  /// - Throws: `Errno`; ENAMETOOLONG if they do not fit into PATH_MAX.
  ///
  /// The corresponding C function is `readlink`.
  package static func target(ofLink path: [UInt8]) throws(Errno) -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = try unsafe withCString(path, for: "readlink") { (pointer) throws(Errno) -> Int in
      try unsafe buffer.withUnsafeMutableBufferPointer { (raw) throws(Errno) -> Int in
        guard let base = UnsafeMutableRawPointer(raw.baseAddress) else {
          throw Errno(number: EFAULT, call: "readlink")
        }
        // SAFETY: a C string and room of exactly the given size, both alive during the call.
        return try check("readlink") {
          unsafe readlink(pointer, base.assumingMemoryBound(to: CChar.self), raw.count)
        }
      }
    }
    guard count < buffer.count else { throw Errno(number: ENAMETOOLONG, call: "readlink") }
    return Array(buffer[..<count])
  }

  /// Returns the names in a directory, without `.` and `..`, in the order of their bytes.
  ///
  /// - Parameters:
  ///   - directory: Its path.
  ///   - limit: The most names that are accepted.
  /// - Returns: The names.
  /// - Throws: `Errno`; EFBIG if there are more than `limit`.
  ///
  /// The corresponding C functions are `opendir`, `readdir` and `closedir`.
  package static func names(
    in directory: [UInt8], limit: Int = 100_000
  ) throws(Errno) -> [[UInt8]] {
    let stream = try unsafe withCString(directory, for: "opendir") { (pointer) throws(Errno) in
      // SAFETY: a C string during the call; the stream is closed below.
      guard let stream = unsafe opendir(pointer) else {
        throw Errno(number: errno, call: "opendir")
      }
      return unsafe stream
    }
    defer { unsafe closedir(stream) }
    var names: [[UInt8]] = []
    while true {
      errno = 0
      // SAFETY: the entry is copied before the next call overwrites it; its name ends in a NUL.
      guard let entry = unsafe readdir(stream) else { break }
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { raw in
        unsafe Array(raw.prefix { $0 != 0 })
      }
      if name == [dot] || name == [dot, dot] { continue }
      guard names.count < limit else { throw Errno(number: EFBIG, call: "readdir") }
      names.append(name)
    }
    guard errno == 0 else { throw Errno(number: errno, call: "readdir") }
    return names.sorted { $0.lexicographicallyPrecedes($1) }
  }

  private static let dot = UInt8(ascii: ".")

  /// Returns the directory part of a path: everything before the last slash, or `.`.
  package static func directory(of path: [UInt8]) -> [UInt8] {
    guard let slash = path.lastIndex(of: UInt8(ascii: "/")) else { return [UInt8(ascii: ".")] }
    return slash == 0 ? [UInt8(ascii: "/")] : Array(path[..<slash])
  }
}
