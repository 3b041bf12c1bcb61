internal import LinuxSystem

/// Who can change a file: its own mode, and every directory on the way to it.
enum FileGuard {
  /// What is known of one step on the way.
  struct Step: Equatable {
    let path: String
    let ownerUID: UInt32
    let mode: UInt32

    /// As `stat` would print it.
    var evidence: String {
      "\(path): owner UID \(ownerUID), mode \(String(mode, radix: 8))"
    }

    /// Whether somebody else than the owner and root can change what is there.
    ///
    /// In a sticky directory others can add names but not replace those of others.
    func isOpen(to owner: UInt32, isDirectory: Bool) -> Bool {
      if ownerUID != 0 && ownerUID != owner { return true }
      guard mode & 0o022 != 0 else { return false }
      return !(isDirectory && mode & 0o1000 != 0)
    }
  }

  /// The directories that lead to a path, from `/` down, without the last part.
  static func ancestors(of path: String) -> [String] {
    var ancestors = ["/"]
    var prefix = ""
    for part in path.split(separator: "/").dropLast() {
      prefix += "/" + part
      ancestors.append(prefix)
    }
    return ancestors
  }

  /// Looks at the directories above a path, following links.
  ///
  /// - Returns: Those that others than root can change.
  static func openAncestors(of path: String) -> [Step] {
    ancestors(of: path).compactMap { directory in
      guard let status = Machine.status(directory) else { return nil }
      let step = Step(path: directory, ownerUID: status.ownerUID, mode: status.mode)
      return step.isOpen(to: 0, isDirectory: true) ? step : nil
    }
  }

  /// Looks at one file.
  static func step(_ path: String, _ status: FileStatus) -> Step {
    Step(path: path, ownerUID: status.ownerUID, mode: status.mode)
  }

  /// How one takes write permission away from others.
  static func remedy(_ steps: [Step], owner: String = "root") -> String {
    steps.map { "chown \(owner) \($0.path); chmod go-w \($0.path)" }.joined(separator: "; ")
  }
}
