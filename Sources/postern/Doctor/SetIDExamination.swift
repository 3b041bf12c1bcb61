internal import LinuxSystem

/// Programs that run with the rights of another account and could carry a site's mail past the
/// gate.
enum SetIDExamination {
  /// A set-id program.
  struct Program: Equatable {
    let path: String
    let ownerUID: UInt32
    let groupGID: UInt32
    let mode: UInt32
  }

  /// The IDs that mean a way to Postfix.
  struct Rights {
    /// The account postern.
    let gateUID: UInt32
    /// The group that may write to maildrop.
    let postdropGID: UInt32?
  }

  /// Where programs are; deep enough for /opt/PRODUCT/sbin.
  private static let roots = [
    "/usr/bin", "/usr/sbin", "/bin", "/sbin", "/usr/lib", "/usr/libexec", "/usr/local", "/opt",
  ]
  private static let depth = 5

  /// Mail programs that are known to be installed set-id, by name.
  private static let mailers: Set<String> = [
    "exim", "exim4", "sendmail", "sendmail.sendmail", "sm-msp-queue", "courier", "dma",
    "masqmail", "msmtp", "ssmtp", "esmtp", "nullmailer-queue", "nullmailer-inject", "qmail-queue",
    "qmail-inject", "smtpctl", "smail", "zmailer",
  ]

  /// Judges what was found.
  ///
  /// - Parameters:
  ///   - programs: Every set-id program.
  ///   - rights: The IDs.
  ///   - expected: The paths of the drop-in, postdrop and postqueue.
  /// - Returns: Those that carry mail.
  static func findings(_ programs: [Program], _ rights: Rights, expected: Set<String>) -> [Finding]
  {
    programs.filter { !expected.contains($0.path) }.compactMap { program in
      let name = program.path.split(separator: "/").last.map(String.init) ?? ""
      let isGate = program.mode & 0o4000 != 0 && program.ownerUID == rights.gateUID
      let isPostdrop = program.mode & 0o2000 != 0 && program.groupGID == rights.postdropGID
      guard isGate || isPostdrop || mailers.contains(name) else { return nil }
      let seen =
        "\(program.path): owner UID \(program.ownerUID), group GID \(program.groupGID), "
        + "mode \(String(program.mode, radix: 8))"
      if isPostdrop {
        return Finding(
          .postdropCopy, "\(program.path) may also write to Postfix's mail queue",
          evidence: [seen], remedy: "chmod g-s \(program.path)")
      }
      return Finding(
        .setIDMailer,
        "\(program.path) runs with rights that a site does not have, and can send mail",
        evidence: [seen], remedy: "remove its package, or: chmod ug-s \(program.path)")
    }
  }

  /// Looks for set-id programs.
  static func run(_ rights: Rights, expected: Set<String>, _ diagnosis: inout Diagnosis) {
    // Links among the directories (/bin is one on many systems) would show the same file twice.
    let places = roots.filter { Machine.status($0, followingLinks: false)?.isDirectory == true }
    let words =
      ["find"] + places + ["-maxdepth", "\(depth)", "-type", "f", "-perm", "/6000", "-print"]
    guard let output = Machine.run(words) else {
      return diagnosis.skip("set-id programs", because: "find(1) is missing or did not end in time")
    }
    // A status of 1 is a directory that vanished or could not be entered; the rest was searched.
    guard let status = output.status, status < 2 else {
      return diagnosis.skip("set-id programs", because: "find(1) did not end in time")
    }
    let programs = Machine.lines(output.text).compactMap { path in
      Machine.status(path, followingLinks: false).map { status in
        Program(
          path: path, ownerUID: status.ownerUID, groupGID: status.groupGID, mode: status.mode)
      }
    }
    diagnosis.add(findings(programs, rights, expected: expected))
  }
}
