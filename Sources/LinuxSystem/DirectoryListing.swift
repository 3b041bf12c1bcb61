internal import Glibc

extension FileSystem {
  /// Returns the names in a directory, without `.` and `..`, in the order of their bytes.
  ///
  /// - Parameters:
  ///   - path: The directory.
  ///   - limit: The most names that are accepted.
  /// - Returns: The names.
  /// - Throws: `Errno`; EFBIG if there are more than `limit`.
  ///
  /// The corresponding C functions are `opendir`, `readdir` and `closedir`.
  package static func entries(
    of path: [UInt8], limit: Int = 100_000
  ) throws(Errno) -> [[UInt8]] {
    let stream = try unsafe withCString(path, for: "opendir") { (pointer) throws(Errno) in
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
}
