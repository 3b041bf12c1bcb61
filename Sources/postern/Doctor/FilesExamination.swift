internal import LinuxSystem
internal import Policy
internal import Submission

/// Postern's own files, as the drop-in needs them.
enum FilesExamination {
  /// What the other examinations need from them.
  struct Contents {
    var configuration = Configuration()
    var entries: [SenderEntry] = []
  }

  /// Examines owners, modes and contents.
  static func run(
    _ setup: Setup, _ account: Account, _ diagnosis: inout Diagnosis
  ) -> Contents {
    var contents = Contents()
    let rules = InstallationFiles.rules(setup, group: account.groupID)
    let faults = InstallationFiles.faults(rules)
    diagnosis.add(permissions(faults.map { ($0.rule.path, $0.fault) }, account))
    do throws(InstallationFault) {
      contents.configuration = try setup.directory.configuration()
      problems(setup, &diagnosis)
      let map = try setup.directory.senderMap()
      contents.entries = try map.allEntries()
      if setup.directory.isStale(map.index.header, contents.configuration) {
        diagnosis.add(stale(setup.directory))
      }
    } catch {
      // What belongs to the wrong owner, or is missing, was found above.
      if case .untrusted = error {} else { diagnosis.add(finding(error)) }
    }
    let accounts = UserExamination.Directory(
      name: { uid in
        (try? UserDatabase.account(userID: uid)).map { String(decoding: $0.name, as: UTF8.self) }
      },
      userID: { name in (try? UserDatabase.account(named: Array(name.utf8)))?.userID })
    diagnosis.add(UserExamination.findings(contents.entries, accounts))
    return contents
  }

  /// Judges owners and modes.
  static func permissions(
    _ faults: [(path: String, fault: InstallationFiles.Fault)], _ account: Account
  ) -> [Finding] {
    var (open, closed): ([FileGuard.Step], [FileGuard.Step]) = ([], [])
    for (_, fault) in faults {
      switch fault {
      case .writable(let step): open.append(step)
      case .unreadable(let step, _): closed.append(step)
      case .missing, .wrongKind: continue
      }
    }
    var found: [Finding] = []
    if !open.isEmpty {
      found.append(
        Finding(
          .configurationWritable, "others than root can change who may send as whom",
          evidence: open.map(\.evidence), remedy: FileGuard.remedy(open)))
    }
    if !closed.isEmpty {
      let remedy = closed.map { "chgrp postern \($0.path); chmod g+rX \($0.path)" }
      found.append(
        Finding(
          .configurationUnreadable,
          "the drop-in cannot read its configuration: all mail is refused",
          evidence: closed.map(\.evidence), remedy: remedy.joined(separator: "; ")))
    }
    return found
  }

  /// What the compiler of the map will stumble on, though the drop-in does not.
  private static func problems(_ setup: Setup, _ diagnosis: inout Diagnosis) {
    guard let text = try? SendersText.read(in: setup.directory) else { return }
    let (_, problems) = SendersFile.parse(text.bytes, file: setup.directory.sendersFile)
    guard !problems.isEmpty else { return }
    diagnosis.add(finding(.configuration(problems)))
  }

  private static func stale(_ directory: ConfigurationDirectory) -> Finding {
    Finding(
      .mapStale, "senders or postern.cf has changed, and the change is not in force",
      evidence: ["\(directory.senderIndexFile) is older"], remedy: "postern map build")
  }

  /// Turns what keeps Postern from working into a finding.
  static func finding(_ fault: InstallationFault) -> Finding {
    let lines = ToolFailure(fault).lines
    switch fault {
    case .configuration:
      return Finding(
        .configurationInvalid, "Postern's files have errors", evidence: lines,
        remedy: "mend the lines, then: postern map build")
    case .senderIndex:
      return Finding(
        .mapInvalid, "senders.db cannot be used: all mail is refused", evidence: lines,
        remedy: "postern map build")
    default:
      return Finding(
        .mapInvalid, "a file of Postern cannot be used: all mail is refused", evidence: lines,
        remedy: "Install/install, then: postern map build")
    }
  }
}
