internal import Glibc

extension FileSystem {
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
}
