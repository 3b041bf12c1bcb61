internal import LinuxSystem
internal import Policy
internal import Submission

/// `postern check`: everything that is wrong with Postern's own files.
enum Check {
  static let command = Command(
    group: "check", name: "", operands: "", operandCount: 0...0,
    flags: [Command.Flag(name: "--json", summary: "one object with an array of problems")],
    summary: "Check postern.cf, senders, senders.db and the state file",
    details: """
      Every problem is a line, those of postern.cf and senders with file and line; none hides another one. Nothing is
      changed. Exits 0 without a problem, 1 with one, 77 if only root could have looked at all of it. What lies outside of
      Postern's own files is for 'postern doctor'.
      """,
    run: run)

  /// What was found so far.
  private struct Result {
    var problems: [String] = []
    /// What this user may not read.
    var hidden: [String] = []

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
    let configuration = sources(setup, &result)
    map(setup, configuration, &result)
    // Last, because root becomes postern for it.
    state(setup, account, configuration ?? Configuration(), &result)
    try report(result, asJSON: arguments.has("--json"))
  }

  private static func report(_ result: Result, asJSON: Bool) throws(ToolFailure) {
    if asJSON {
      try Tool.print(
        JSONText.object([
          ("problems", JSONText.array(result.problems.map(JSONText.string))),
          ("not_checked", JSONText.array(result.hidden.map(JSONText.string))),
        ]) + "\n")
    }
    let lines = result.problems + result.hidden.map { "not checked: \($0)" }
    guard !lines.isEmpty else {
      if !asJSON { try Tool.print("ok: postern.cf, senders, senders.db, state file\n") }
      return
    }
    throw ToolFailure(
      result.problems.isEmpty ? .notPermitted : .failed, lines: asJSON ? [] : lines)
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
  /// - Returns: The configuration; nil if it cannot be used.
  private static func sources(_ setup: Setup, _ result: inout Result) -> Configuration? {
    let directory = setup.directory
    var configuration: Configuration?
    var problems: [FileProblem] = []
    if !isHidden(directory.configurationFile, result) {
      do throws(ToolFailure) {
        (configuration, problems) = try MapBuild.readConfiguration(setup)
      } catch {
        result.add(error, about: directory.configurationFile)
      }
    }
    if !isHidden(directory.sendersFile, result) {
      do throws(ToolFailure) {
        let text = try SendersText.read(in: directory)
        let (entries, own) = SendersFile.parse(text.bytes, file: directory.sendersFile)
        let distinct = MapBuild.withoutRepeated(entries, own)
        problems += own + (try MapBuild.makeBuilder(setup, configuration, distinct)).problems
      } catch {
        result.add(error, about: directory.sendersFile)
      }
    }
    result.problems += MapBuild.ordered(problems).map(Diagnostics.text)
    return configuration
  }

  private static func map(
    _ setup: Setup, _ configuration: Configuration?, _ result: inout Result
  ) {
    let directory = setup.directory
    guard !isHidden(directory.senderIndexFile, result) else { return }
    do throws(InstallationFault) {
      let map = try directory.senderMap()
      _ = try map.allEntries()
      if let configuration, directory.isStale(map.index.header, configuration) {
        result.problems.append(
          "\(directory.senderIndexFile): senders or postern.cf has changed since; run 'postern map build'"
        )
      }
    } catch {
      result.add(ToolFailure(error), about: directory.senderIndexFile)
    }
  }

  private static func state(
    _ setup: Setup, _ account: Account?, _ configuration: Configuration, _ result: inout Result
  ) {
    let path = String(decoding: configuration.quotaFile, as: UTF8.self)
    let directory = String(
      decoding: FileSystem.directory(of: configuration.quotaFile), as: UTF8.self)
    guard setup.isAdministrator else { return result.hidden.append("\(path): only root may") }
    let owner = account?.userID ?? setup.credentials.effectiveUserID
    let status = Machine.status(directory, followingLinks: false)
    if let fault = InstallationFiles.stateFault(directory, status, owner: owner) {
      return result.problems.append(fault.text(directory))
    }
    // A missing file is made by the first message.
    guard Machine.exists(path) else { return }
    do throws(ToolFailure) { _ = try setup.openLedger(configuration) } catch {
      result.problems += error.lines
    }
  }
}
