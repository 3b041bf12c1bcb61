internal import LinuxSystem
internal import Policy
internal import Submission

/// What the drop-in needs of the machine besides its own files.
enum MachineExamination {
  /// Judges the socket of the log daemon.
  static func logSocket(_ failure: Errno?) -> Finding? {
    guard let failure else { return nil }
    return Finding(
      .logSocket, "no log daemon reads /dev/log: Postern's decisions are not logged",
      evidence: ["/dev/log: \(failure.text)"],
      remedy: "systemctl restart systemd-journald-dev-log.socket, or start rsyslog")
  }

  /// Judges who may read the command lines of other users' processes.
  ///
  /// - Parameter mounts: /proc/self/mounts; proc(5) tells the values of `hidepid`, which 0 and
  ///   `off` leave open.
  /// - Returns: A finding if everybody may.
  static func processes(_ mounts: String) -> Finding? {
    let fields = Machine.lines(mounts).map { $0.split(separator: " ") }
    // The last mount at a place is the one that is seen.
    guard let proc = fields.last(where: { $0.count > 3 && $0[1] == "/proc" && $0[2] == "proc" })
    else { return nil }
    let hiding = proc[3].split(separator: ",").last { $0.hasPrefix("hidepid=") }
    guard hiding == nil || hiding == "hidepid=0" || hiding == "hidepid=off" else { return nil }
    return Finding(
      .processesVisible,
      "a site can see to whom other sites send mail: recipients are arguments of Postfix's sendmail",
      evidence: ["/proc/self/mounts: \(proc.joined(separator: " "))"],
      remedy: "mount -o remount,hidepid=2 /proc, and hidepid=2 for /proc in /etc/fstab")
  }

  static func run(_ diagnosis: inout Diagnosis) {
    diagnosis.add(Machine.text("/proc/self/mounts").flatMap(processes))
    do {
      try SystemLog.probe()
      diagnosis.add(logSocket(nil))
    } catch {
      diagnosis.add(logSocket(error))
    }
  }

  /// Examines the state directory, and the state file as its owner: root becomes that for good.
  static func state(
    _ setup: Setup, _ account: Account, _ configuration: Configuration,
    _ diagnosis: inout Diagnosis
  ) {
    let path = FileSystem.directory(of: configuration.quotaFile)
    let directory = String(decoding: path, as: UTF8.self)
    let status = Machine.status(directory, followingLinks: false)
    let fault = InstallationFiles.stateFault(directory, status, owner: account.userID)
    diagnosis.add(fault.map { state(directory, $0, above: FileGuard.openAncestors(of: directory)) })
    guard fault == nil, Machine.exists(String(decoding: configuration.quotaFile, as: UTF8.self))
    else { return }
    do throws(ToolFailure) {
      diagnosis.add(fill(try StateFill(of: setup.openLedger(configuration)), configuration))
    } catch {
      diagnosis.add(
        Finding(
          .stateUnusable, "the state file cannot be used: all mail is refused",
          evidence: error.lines,
          remedy:
            "fix what is reported; or move the file away: the next message creates an empty one"))
    }
  }

  /// Judges how full the state file is.
  static func fill(_ fill: StateFill, _ configuration: Configuration) -> Finding? {
    guard fill.isNearlyFull else { return nil }
    return Finding(
      .stateFull, "soon no new user can send: the state file has no room for another record",
      evidence: ["\(Diagnostics.shown(configuration.quotaFile)): \(fill.text)"],
      remedy:
        "see with 'postern quota status --json' whose records they are; each is free again after a day"
    )
  }

  /// Judges the directory of the state file.
  static func state(
    _ path: String, _ fault: InstallationFiles.Fault, above: [FileGuard.Step]
  ) -> Finding {
    let mend = "install -d -o postern -g postern -m 700 \(path)"
    if case .writable(let step) = fault {
      return Finding(
        .stateWritable, "accounts other than postern can change the state file",
        evidence: [step.evidence] + above.map(\.evidence), remedy: mend)
    }
    return Finding(
      .stateUnusable, "the directory of the state file is missing or unusable: all mail is refused",
      evidence: [fault.text(path)], remedy: mend)
  }
}
