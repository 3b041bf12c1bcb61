internal import LinuxSystem
internal import Policy
internal import Submission

/// `postern check`: everything that is wrong with Postern's own files.
enum Check {
  static let command = Command(
    group: "check", name: "", operands: "", operandCount: 0...0,
    flags: [Command.Flag(name: "--json", summary: "print one JSON object")],
    summary: "Check postern.cf, senders, senders.db and the state file",
    details: """
      All problems are printed, one on each line, those of postern.cf and senders with file and line. Nothing is changed.
      The exit status is 0 without a problem, 1 with a problem, and 77 if only root can check everything. For the rest of
      the machine use 'postern doctor'.
      """,
    run: run)

  /// What was found so far.
  private struct Result {
    var problems: [String] = []
    /// What this user may not read.
    var hidden: [String] = []
    /// How full the state file is; nil where there is none.
    var fill: StateFill?
    /// What Postfix makes of senders afterwards; it is no fault of Postern's own files.
    var warnings: [String] = []

    mutating func add(_ failure: ToolFailure, about path: String) {
      // The file's own problem was said already if it is missing or of the wrong owner.
      guard !problems.contains(where: { $0.hasPrefix(path + ":") }) else { return }
      problems += failure.lines
    }
  }

  private static func run(_ arguments: Arguments) throws(ToolFailure) {
    let setup = try Setup.current()
    var result = Result()
    let account: Account?
    do { account = try setup.serviceAccount() } catch {
      account = nil
      result.problems += error.lines
    }
    files(setup, account, &result)
    let builder = sources(setup, &result)
    let configuration = map(setup, builder, &result) ?? builder?.configuration
    if !setup.isTrial { postfix(&result) }
    // Last, because root becomes postern for it.
    state(setup, account, configuration ?? Configuration(), &result)
    try report(result, asJSON: arguments.has("--json"))
  }

  private static func report(_ result: Result, asJSON: Bool) throws(ToolFailure) {
    if asJSON {
      let report = JSON.object([
        ("problems", .array(result.problems.map(JSON.text))),
        ("not_checked", .array(result.hidden.map(JSON.text))),
        ("warnings", .array(result.warnings.map(JSON.text))),
        ("state_records", .optional(result.fill) { .number(UInt64($0.used)) }),
        ("state_capacity", .number(UInt64(StateFill.capacity))),
      ])
      try Output.write(report.line + "\n")
    }
    if !asJSON { Output.complain(result.warnings) }
    let lines = result.problems + result.hidden.map { "not checked: \($0)" }
    guard !lines.isEmpty else {
      let fill = result.fill.map { " (\($0.text))" } ?? ""
      if !asJSON { try Output.write("ok: postern.cf, senders, senders.db, state file\(fill)\n") }
      return
    }
    throw ToolFailure(
      result.problems.isEmpty ? .notPermitted : .failed, lines: asJSON ? [] : lines)
  }

  private static func postfix(_ result: inout Result) {
    guard let instance = PostfixInstance.read(PostfixInstance.defaultDirectory) else { return }
    result.warnings += SenderRewriting.settings(instance.values).map {
      "warning: Postfix changes senders after Postern has judged them: \($0)"
    }
  }

  private static func files(_ setup: Setup, _ account: Account?, _ result: inout Result) {
    for rule in InstallationFiles.rules(setup, group: account?.groupID) {
      do throws(Errno) {
        let status = try fileStatus(rule.path, followingLinks: true)
        if let fault = InstallationFiles.fault(rule, status) {
          result.problems.append(fault.text(rule.path))
        } else if !rule.isDirectory {
          _ = try FileDescriptor.open(path: rule.path, options: [.followLinks, .nonBlocking])
        }
      } catch {
        if error.isPermissionDenied, !setup.isAdministrator {
          result.hidden.append("\(rule.path): \(error.text)")
        } else {
          result.problems.append("\(rule.path): \(error.text)")
        }
      }
    }
  }

  private static func isHidden(_ path: String, _ result: Result) -> Bool {
    result.hidden.contains { $0.hasPrefix(path + ":") }
  }

  /// Examines what is written by hand.
  ///
  /// - Returns: What a build would put in force; nil if it would not, or nobody can tell.
  private static func sources(_ setup: Setup, _ result: inout Result) -> SenderIndexBuilder? {
    let directory = setup.directory
    var file: ConfigurationFile?
    var builder: SenderIndexBuilder?
    var problems: [FileProblem] = []
    if !isHidden(directory.configurationFile, result) {
      do throws(ToolFailure) {
        let text = try SourceText.settings(in: directory)
        let parsed = ConfigurationFile.parse(text.bytes, file: directory.configurationFile)
        problems += parsed.problems
        file = parsed
      } catch {
        result.add(error, about: directory.configurationFile)
      }
    }
    if !isHidden(directory.sendersFile, result) {
      do throws(ToolFailure) {
        let text = try SourceText.senders(in: directory)
        let (entries, own) = SendersFile.parse(text.bytes, file: directory.sendersFile)
        let distinct = Compilation.withoutRepeated(entries, own)
        let (resolved, _) = try Compilation.resolve(
          distinct, file: file, sendersFile: directory.sendersFile,
          imported: ImportedMap.lines(of: text.bytes))
        problems += own + resolved.problems
        builder = resolved
      } catch {
        result.add(error, about: directory.sendersFile)
      }
    }
    result.problems += Compilation.ordered(problems).map(Diagnostics.text)
    return file == nil || !problems.isEmpty ? nil : builder
  }

  /// Examines what is in force, and whether it is what the files say.
  ///
  /// - Returns: The settings in force; nil if there are none.
  private static func map(
    _ setup: Setup, _ builder: SenderIndexBuilder?, _ result: inout Result
  ) -> Configuration? {
    let directory = setup.directory
    let pending = PendingFiles(directory)
    if pending.isInterrupted {
      result.problems.append(
        "\(pending.before): a 'postern set' was interrupted; 'postern map build' undoes it")
    }
    guard !isHidden(directory.senderIndexFile, result) else { return nil }
    do throws(ToolFailure) {
      let map = try setup.readMap()
      result.problems += Staleness.lines(map, builder).map { "\(directory.senderIndexFile): \($0)" }
      return map.configuration
    } catch {
      result.add(error, about: directory.senderIndexFile)
      return nil
    }
  }

  private static func state(
    _ setup: Setup, _ account: Account?, _ configuration: Configuration, _ result: inout Result
  ) {
    let path = String(decoding: configuration.quotaFile, as: UTF8.self)
    let directory = String(
      decoding: FileSystem.directory(of: configuration.quotaFile), as: UTF8.self)
    guard setup.isAdministrator else {
      return result.hidden.append("\(path): only root can check this")
    }
    let owner = account?.userID ?? setup.credentials.effectiveUserID
    let status = Machine.status(directory, followingLinks: false)
    if let fault = InstallationFiles.stateFault(directory, status, owner: owner) {
      return result.problems.append(fault.text(directory))
    }
    // A missing file is made by the first message.
    guard Machine.exists(path) else { return }
    do throws(ToolFailure) {
      let fill = try StateFill(of: setup.openLedger(configuration))
      result.fill = fill
      if fill.isNearlyFull { result.problems.append("\(path): nearly full, \(fill.text)") }
    } catch {
      result.problems += error.lines
    }
  }
}
