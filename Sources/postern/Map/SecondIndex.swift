internal import LinuxSystem
internal import Submission

/// The files that an upgrade puts beside senders.db, `senders.db.N`, each in the format N.
enum SecondIndex {
  /// Removes them, once senders.db is new: no process may go on with settings or entries that are
  /// older.
  static func remove(from directory: ConfigurationDirectory) {
    for name in Machine.entries(directory.path) where isSecond(name) {
      try? FileSystem.unlink(Array("\(directory.path)/\(name)".utf8))
    }
  }

  /// Whether this is `senders.db.` and the number of a format.
  static func isSecond(_ name: String) -> Bool {
    let prefix = "senders.db."
    guard name.hasPrefix(prefix), name.utf8.count > prefix.utf8.count else { return false }
    return name.utf8.dropFirst(prefix.utf8.count).allSatisfy { (0x30...0x39).contains($0) }
  }
}
