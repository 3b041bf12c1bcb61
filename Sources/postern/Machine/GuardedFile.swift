internal import LinuxSystem

/// Reads what ordinary users have written, as root, so that none of them can mislead it.
enum GuardedFile {
  /// The largest file that is read, in bytes; nobody writes longer ones by hand.
  private static let bytes = 256 << 10

  /// Reads a small regular file.
  ///
  /// It is looked at once it is open, so nothing can be put in its place: no link at the end of the
  /// path, no FIFO, no file of somebody else's under a second name.
  ///
  /// - Parameters:
  ///   - path: The path.
  ///   - owner: Who must own it, if not root.
  /// - Returns: Its text; nil if there is no such file.
  static func text(_ path: String, owner: UInt32) -> String? {
    guard let file = try? FileDescriptor.open(path: path, options: .nonBlocking),
      let status = try? file.status(), status.isRegular,
      status.ownerUID == owner || status.ownerUID == 0 && status.linkCount == 1,
      let content = try? file.readToEnd(limit: bytes)
    else { return nil }
    return String(decoding: content, as: UTF8.self)
  }
}
