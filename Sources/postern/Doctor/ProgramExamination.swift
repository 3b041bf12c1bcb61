internal import LinuxSystem

/// The programs that mail passes through: the drop-in, the real sendmail, postdrop.
enum ProgramExamination {
  /// Judges the drop-in.
  ///
  /// - Parameters:
  ///   - path: Where it is.
  ///   - status: What the kernel says of it; nil if it is missing.
  ///   - mount: How its file system is mounted.
  ///   - account: The account postern.
  ///   - openDirectories: Directories above it that others than root can change.
  /// - Returns: What is wrong with it.
  static func dropIn(
    _ path: String, _ status: FileStatus?, _ mount: MountFlags, account: Account,
    openDirectories: [FileGuard.Step]
  ) -> [Finding] {
    let reinstall =
      "chown postern:postern \(path) && chmod 6755 \(path) (or Install/install)"
    guard let status, status.isRegular else {
      return [
        Finding(
          .dropInMissing, "there is no drop-in at \(path)", evidence: ["\(path): no such file"],
          remedy: "Install/install")
      ]
    }
    let step = FileGuard.step(path, status)
    var found: [Finding] = []
    let writable =
      openDirectories + (step.isOpen(to: account.userID, isDirectory: false) ? [step] : [])
    if !writable.isEmpty {
      found.append(
        Finding(
          .dropInWritable, "others than root can replace the drop-in",
          evidence: writable.map(\.evidence),
          remedy: writable.map(\.path) == [path] ? reinstall : FileGuard.remedy(openDirectories)))
    } else if status.ownerUID != account.userID || status.groupGID != account.groupID
      || status.mode & 0o6000 != 0o6000 || status.mode & 0o001 == 0
    {
      found.append(
        Finding(
          .dropInSetID, "the drop-in does not run as postern: every message is refused",
          evidence: [step.evidence + ", group GID \(status.groupGID)"], remedy: reinstall))
    }
    if mount.ignoresSetID || mount.forbidsExecution {
      let option = mount.ignoresSetID ? "nosuid" : "noexec"
      found.append(
        Finding(
          .dropInMount, "\(path) is on a file system mounted \(option): every message is refused",
          evidence: ["mount option \(option)"],
          remedy: "Install/install --prefix DIRECTORY on another file system"))
    }
    return found
  }

  /// Judges the real sendmail.
  static func sendmail(
    _ path: String, _ status: FileStatus?, openDirectories: [FileGuard.Step]
  ) -> Finding? {
    guard let status, status.isRegular, status.mode & 0o001 != 0 else {
      return Finding(
        .sendmailBroken, "the real sendmail cannot be executed: every message is refused",
        evidence: [status.map { FileGuard.step(path, $0).evidence } ?? "\(path): no such file"],
        remedy: "apt-get install --reinstall postfix, or set sendmail_path in postern.cf")
    }
    let step = FileGuard.step(path, status)
    let writable = openDirectories + (step.isOpen(to: 0, isDirectory: false) ? [step] : [])
    guard !writable.isEmpty else { return nil }
    return Finding(
      .sendmailWritable, "others than root can replace the real sendmail",
      evidence: writable.map(\.evidence), remedy: FileGuard.remedy(writable))
  }

  /// Judges postdrop, which is set-gid to the group that may write to the mail queue.
  static func postdrop(_ path: String, _ status: FileStatus?, groupID: UInt32?) -> Finding? {
    let reset = "postfix set-permissions"
    guard let status, status.isRegular, status.mode & 0o2001 == 0o2001,
      groupID == nil || status.groupGID == groupID
    else {
      let seen = status.map {
        FileGuard.step(path, $0).evidence + ", group GID \($0.groupGID)"
      }
      return Finding(
        .sendmailBroken, "postdrop cannot write to the queue: every message fails",
        evidence: [seen ?? "\(path): no such file"], remedy: reset)
    }
    let step = FileGuard.step(path, status)
    guard step.isOpen(to: 0, isDirectory: false) || status.mode & 0o4000 != 0 else { return nil }
    return Finding(
      .postdropWritable, "others than root can replace postdrop, or it has too many rights",
      evidence: [step.evidence], remedy: reset)
  }

  /// Judges the directory in which postdrop puts mail: whoever writes there needs no postdrop.
  static func maildrop(_ path: String, _ status: FileStatus?, ownerUID: UInt32?) -> Finding? {
    guard let status else { return nil }
    let isOwn = status.ownerUID == 0 || status.ownerUID == ownerUID
    guard status.mode & 0o002 != 0 || !isOwn else { return nil }
    return Finding(
      .maildropWritable, "anybody can put mail into Postfix's queue directory",
      evidence: [FileGuard.step(path, status).evidence], remedy: "postfix set-permissions")
  }
}
