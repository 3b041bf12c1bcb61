internal import LinuxSystem
internal import Submission

/// Owners and modes of everything below the configuration directory and the state directory.
struct InstallationFiles {
  /// What a file or directory must be like.
  struct Rule: Equatable {
    let path: String
    var isDirectory = false
    /// Who may own it: root, or in a trial the caller.
    var owner: UInt32 = 0
    /// The group through which the drop-in reads it; nil = not asked.
    var readerGroup: UInt32?
  }

  /// What is wrong with it.
  enum Fault: Equatable {
    case missing
    case wrongKind
    /// Others than its owner can change it, or its owner is wrong.
    case writable(FileGuard.Step)
    /// The drop-in cannot read it.
    case unreadable(FileGuard.Step, group: UInt32)

    /// For texts that begin with the path.
    func text(_ path: String) -> String {
      switch self {
      case .missing: "\(path): missing"
      case .wrongKind: "\(path): a directory instead of a file, or a file instead of a directory"
      case .writable(let step): "\(step.evidence): accounts other than root can change it"
      case .unreadable(let step, _): "\(step.evidence): the drop-in sendmail cannot read it"
      }
    }
  }

  /// Judges one file.
  static func fault(_ rule: Rule, _ status: FileStatus?) -> Fault? {
    guard let status else { return .missing }
    guard rule.isDirectory ? status.isDirectory : status.isRegular else { return .wrongKind }
    let step = FileGuard.step(rule.path, status)
    if (status.ownerUID != 0 && status.ownerUID != rule.owner) || status.mode & 0o022 != 0 {
      return .writable(step)
    }
    guard let group = rule.readerGroup else { return nil }
    let needed: UInt32 = rule.isDirectory ? 0o5 : 0o4
    let mine = status.groupGID == group ? status.mode >> 3 : status.mode
    return mine & needed & (rule.isDirectory ? 0o1 : 0o4) == 0
      ? .unreadable(step, group: group) : nil
  }

  /// The rules for a configuration directory.
  static func rules(_ setup: Setup, group: UInt32?) -> [Rule] {
    let directory = setup.directory
    let owner = setup.isTrial ? setup.credentials.effectiveUserID : 0
    return [
      Rule(path: directory.path, isDirectory: true, owner: owner, readerGroup: group),
      Rule(path: directory.configurationFile, owner: owner),
      Rule(path: directory.sendersFile, owner: owner),
      Rule(path: directory.senderIndexFile, owner: owner, readerGroup: group),
    ]
  }

  /// Looks at every file, following links: what counts is what the drop-in reads.
  static func faults(_ rules: [Rule]) -> [(rule: Rule, fault: Fault)] {
    rules.compactMap { rule in
      let status = Machine.status(rule.path)
      return fault(rule, status).map { (rule, $0) }
    }
  }

  /// Judges the directory of the state file.
  ///
  /// - Parameters:
  ///   - path: The directory.
  ///   - status: What the kernel says of it, a link not being followed.
  ///   - owner: The account postern.
  /// - Returns: What is wrong with it: `writable` means that a site may forge its quota.
  static func stateFault(_ path: String, _ status: FileStatus?, owner: UInt32) -> Fault? {
    guard let status else { return .missing }
    guard status.isDirectory else { return .wrongKind }
    let step = FileGuard.step(path, status)
    return status.ownerUID != owner || status.mode & 0o022 != 0 ? .writable(step) : nil
  }
}
