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
      let map = try setup.readContents()
      contents.configuration = map.configuration
      contents.entries = map.entries
      // What cannot be built cannot be put in force, so that it is not is no second finding.
      if let builder = candidate(setup, inForce: map.entries, &diagnosis) {
        diagnosis.add(stale(map, builder))
      }
    } catch {
      _ = candidate(setup, inForce: [], &diagnosis)
      // What belongs to the wrong owner, or is missing, was found above.
      if case .untrusted = error {} else { diagnosis.add(finding(error)) }
    }
    guard let all = try? AccountDirectory() else {
      diagnosis.skip("the users of the map", because: "the accounts cannot be listed")
      return contents
    }
    let accounts = UserExamination.Directory(
      name: { uid in all.account(of: .uid(uid)).map { String(decoding: $0.login, as: UTF8.self) } },
      userID: { name in all.account(of: .login(Array(name.utf8)))?.uid })
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
          .configurationWritable, "accounts other than root can change Postern's configuration",
          evidence: open.map(\.evidence), remedy: FileGuard.remedy(open)))
    }
    if !closed.isEmpty {
      let remedy = closed.map { "chgrp postern \($0.path); chmod g+rX \($0.path)" }
      found.append(
        Finding(
          .configurationUnreadable,
          "the drop-in sendmail cannot read its configuration: all mail is refused",
          evidence: closed.map(\.evidence), remedy: remedy.joined(separator: "; ")))
    }
    return found
  }

  /// What a build would put in force; nil if it would not.
  ///
  /// Users of the map who have no account any more are findings of their own (`UserExamination`).
  private static func candidate(
    _ setup: Setup, inForce entries: [SenderEntry], _ diagnosis: inout Diagnosis
  ) -> SenderIndexBuilder? {
    do throws(ToolFailure) {
      let compilation = try Compilation(setup, listsMailboxes: false)
      guard !compilation.problems.isEmpty else { return compilation.builder }
      let known = Set(entries.map(\.user))
      let problems = compilation.problems.filter { problem in
        if case .unknownUser(let user) = problem.fault { !known.contains(user) } else { true }
      }
      guard !problems.isEmpty else { return nil }
      diagnosis.add(
        Finding(
          .configurationInvalid,
          "postern.cf or senders has errors, so what is in force cannot be changed",
          evidence: problems.map(Diagnostics.text),
          remedy: "mend the lines, then: postern map build"))
    } catch {
      diagnosis.skip(
        "what senders and postern.cf say", because: error.lines.joined(separator: "; "))
    }
    return nil
  }

  private static func stale(_ map: MapContents, _ builder: SenderIndexBuilder) -> Finding? {
    let lines = Staleness.lines(map, builder)
    guard !lines.isEmpty else { return nil }
    return Finding(
      .mapStale,
      "senders, postern.cf or Postfix has changed since the map was built; the change is not in force",
      evidence: lines, remedy: "postern map build")
  }

  /// Turns what keeps Postern from working into a finding.
  static func finding(_ fault: InstallationFault) -> Finding {
    let lines = ToolFailure(fault).lines
    switch fault {
    case .senderIndex:
      return Finding(
        .mapInvalid, "senders.db cannot be used: all mail is refused", evidence: lines,
        remedy: "postern map build")
    default:
      return Finding(
        .mapInvalid, "one of Postern's files cannot be used: all mail is refused", evidence: lines,
        remedy: "reinstall Postern, then: postern map build")
    }
  }
}
