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

  /// The way to a file.
  struct Way: Equatable {
    /// The file with all links followed; nil if there is none.
    let path: String?
    /// The directories and links on the way, in this order, that others than root can change.
    let open: [Step]
  }

  /// The most symbolic links that are followed, as by the kernel.
  private static let linkLimit = 40

  /// Goes the way to a file, looking at every directory and link on it.
  ///
  /// What is found is certain even while others rename things: each step is looked up in a
  /// directory that was found to be root's alone before, or else it is in `Way.open`.
  ///
  /// - Parameters:
  ///   - path: An absolute path.
  ///   - owner: Who, besides root, may change it.
  /// - Returns: Where it leads, and what is open on the way.
  static func way(to path: String, owner: UInt32 = 0) -> Way {
    var rest = path.split(separator: "/").map(String.init)[...]
    var (place, links): ([String], Int) = ([], 0)
    var open: [Step] = []
    func note(_ path: String, _ status: FileStatus) {
      let step = step(path, status)
      // The mode of a link says nothing; who owns it can replace it even in a sticky directory.
      let isOpen =
        status.isSymbolicLink
        ? status.ownerUID != 0 && status.ownerUID != owner
        : step.isOpen(to: owner, isDirectory: true)
      if isOpen, !open.contains(step) { open.append(step) }
    }
    if let root = Machine.status("/") { note("/", root) }
    while let part = rest.popFirst() {
      if part == "." { continue }
      if part == ".." {
        _ = place.popLast()
        continue
      }
      let next = "/" + (place + [part]).joined(separator: "/")
      guard let status = Machine.status(next, followingLinks: false) else {
        return Way(path: nil, open: open)
      }
      if status.isSymbolicLink {
        note(next, status)
        links += 1
        guard links <= linkLimit, let target = try? FileSystem.target(ofLink: Array(next.utf8))
        else { return Way(path: nil, open: open) }
        if target.first == UInt8(ascii: "/") { place = [] }
        let parts = String(decoding: target, as: UTF8.self).split(separator: "/").map(String.init)
        rest = (parts + rest)[...]
      } else {
        place.append(part)
        if !rest.isEmpty { note(next, status) }
      }
    }
    return Way(path: "/" + place.joined(separator: "/"), open: open)
  }

  /// Looks at the directories and links on the way to a path.
  ///
  /// - Returns: Those that others than root can change.
  static func openAncestors(of path: String) -> [Step] { way(to: path).open }

  /// Looks at one file.
  static func step(_ path: String, _ status: FileStatus) -> Step {
    Step(path: path, ownerUID: status.ownerUID, mode: status.mode)
  }

  /// How one takes write permission away from others.
  static func remedy(_ steps: [Step], owner: String = "root") -> String {
    steps.map { "chown \(owner) \($0.path); chmod go-w \($0.path)" }.joined(separator: "; ")
  }
}
