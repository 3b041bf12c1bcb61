internal import LinuxSystem

/// The programs of Postfix that mail passes through: the real sendmail, postdrop.
enum ProgramExamination {
  /// Judges the real sendmail.
  static func sendmail(
    _ path: String, _ status: FileStatus?, openDirectories: [FileGuard.Step]
  ) -> Finding? {
    guard let status, status.isRegular, status.mode & 0o001 != 0 else {
      return Finding(
        .sendmailBroken, "Postfix's sendmail cannot be executed: every message is refused",
        evidence: [status.map { FileGuard.step(path, $0).evidence } ?? "\(path): no such file"],
        remedy: "apt-get install --reinstall postfix, or set sendmail_path in postern.cf")
    }
    let step = FileGuard.step(path, status)
    let writable = openDirectories + (step.isOpen(to: 0, isDirectory: false) ? [step] : [])
    guard !writable.isEmpty else { return nil }
    return Finding(
      .sendmailWritable, "accounts other than root can replace Postfix's sendmail",
      evidence: writable.map(\.evidence), remedy: FileGuard.remedy(writable))
  }

  /// Judges the program of `notify_command`.
  static func noticeCommand(
    _ path: String, _ status: FileStatus?, openDirectories: [FileGuard.Step]
  ) -> Finding? {
    guard let status, status.isRegular, status.mode & 0o111 != 0 else {
      return Finding(
        .noticeCommand, "notify_command cannot be executed: it tells nobody of anything",
        evidence: [status.map { FileGuard.step(path, $0).evidence } ?? "\(path): no such file"],
        remedy: "postern set --unset notify_command, or chmod 755 \(path)")
    }
    let step = FileGuard.step(path, status)
    let writable = openDirectories + (step.isOpen(to: 0, isDirectory: false) ? [step] : [])
    guard !writable.isEmpty else { return nil }
    return Finding(
      .noticeCommand, "accounts other than root can replace notify_command, which runs as postern",
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
      .postdropWritable, "accounts other than root can replace postdrop, or it is set-uid",
      evidence: [step.evidence], remedy: reset)
  }

  /// Judges the directory in which postdrop puts mail: whoever writes there needs no postdrop.
  static func maildrop(_ path: String, _ status: FileStatus?, ownerUID: UInt32?) -> Finding? {
    guard let status else { return nil }
    let isOwn = status.ownerUID == 0 || status.ownerUID == ownerUID
    guard status.mode & 0o002 != 0 || !isOwn else { return nil }
    return Finding(
      .maildropWritable, "every user can write to the maildrop directory of Postfix's queue",
      evidence: [FileGuard.step(path, status).evidence], remedy: "postfix set-permissions")
  }
}
