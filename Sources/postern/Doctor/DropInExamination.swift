internal import LinuxSystem

/// The drop-in: whether it becomes postern, and who can change what everybody executes there.
struct DropInExamination {
  /// How a drop-in gets the IDs of postern (Sources/SecureStart/Account.h).
  enum Form: Equatable {
    /// `postern:postern 6755`: the kernel gives both IDs.
    case setID
    /// `root:postern 2755` with `cap_setuid`: it takes the user ID of the link's owner.
    case capability
  }

  /// The link whose owner is the account.
  static let accountLink = "/etc/postern/account"

  let path: String
  /// nil = missing.
  let status: FileStatus?
  /// What getcap(8) says of it; nil = it could not be asked.
  var capabilities: String?
  /// Of the link itself; nil = missing, or no symbolic link.
  var link: FileStatus?

  /// Looks at the machine's.
  init(at path: String) {
    self.init(path: path, status: Machine.status(path))
    capabilities = Machine.run(["getcap", path])?.success
    if (try? FileSystem.target(ofLink: Array(Self.accountLink.utf8))) != nil {
      link = Machine.status(Self.accountLink, followingLinks: false)
    }
  }

  /// Takes what is known of one.
  init(path: String, status: FileStatus?, capabilities: String? = nil, link: FileStatus? = nil) {
    self.path = path
    self.status = status
    self.capabilities = capabilities
    self.link = link
  }

  /// Returns the form in which it is; nil if every message is refused.
  func form(_ account: Account) -> Form? {
    guard let status, status.groupGID == account.groupID, status.mode & 0o2001 == 0o2001 else {
      return nil
    }
    if status.mode & 0o4000 != 0 { return status.ownerUID == account.userID ? .setID : nil }
    let isOfAccount = link?.ownerUID == account.userID && link?.groupGID == account.groupID
    let isCapable = capabilities?.contains("cap_setuid") ?? true
    return status.ownerUID == 0 && isOfAccount && isCapable ? .capability : nil
  }

  /// Judges it.
  ///
  /// - Parameters:
  ///   - account: The account postern.
  ///   - mount: How its file system is mounted.
  ///   - openDirectories: Directories above it that others than root can change.
  /// - Returns: What is wrong with it.
  func findings(
    _ account: Account, _ mount: MountFlags, openDirectories: [FileGuard.Step]
  ) -> [Finding] {
    guard let status, status.isRegular else {
      return [
        Finding(
          .dropInMissing, "the drop-in sendmail \(path) does not exist",
          evidence: ["\(path): no such file"], remedy: "reinstall Postern")
      ]
    }
    let privilege = privilege(FileGuard.step(path, status), status, account, openDirectories)
    return [privilege, mounted(mount)].compactMap { $0 }
  }

  private func privilege(
    _ step: FileGuard.Step, _ status: FileStatus, _ account: Account,
    _ openDirectories: [FileGuard.Step]
  ) -> Finding? {
    let writable =
      openDirectories + (step.isOpen(to: account.userID, isDirectory: false) ? [step] : [])
    if !writable.isEmpty {
      return Finding(
        .dropInWritable, "accounts other than root can replace the drop-in sendmail",
        evidence: writable.map(\.evidence),
        remedy: writable.map(\.path) == [path]
          ? "reinstall Postern" : FileGuard.remedy(openDirectories))
    }
    switch form(account) {
    case .capability: return nil
    case .setID:
      return Finding(
        .dropInOwner,
        "root's own mail executes a program that the account postern can change",
        evidence: [step.evidence], remedy: "reinstall Postern where setcap(8) and getcap(8) work")
    case nil:
      return Finding(
        .dropInSetID, "the drop-in sendmail does not run as postern: every message is refused",
        evidence: [step.evidence + ", group GID \(status.groupGID)"] + seenOfCapability,
        remedy: "reinstall Postern")
    }
  }

  private var seenOfCapability: [String] {
    let owner = link.map { "owner UID \($0.ownerUID), group GID \($0.groupGID)" }
    return [
      "capabilities: \(capabilities.map { $0.isEmpty ? "none" : $0.trimmed } ?? "unknown")",
      "\(Self.accountLink): \(owner ?? "no symbolic link")",
    ]
  }

  private func mounted(_ mount: MountFlags) -> Finding? {
    guard mount.ignoresSetID || mount.forbidsExecution else { return nil }
    let option = mount.ignoresSetID ? "nosuid" : "noexec"
    return Finding(
      .dropInMount, "\(path) is on a file system mounted \(option): every message is refused",
      evidence: ["mount option \(option)"],
      remedy: "install Postern on another file system: Install/install --prefix DIRECTORY")
  }
}
