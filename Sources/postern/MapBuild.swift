internal import LinuxSystem
internal import Policy
internal import Submission

/// `postern map build`: compiles senders into senders.db.
enum MapBuild {
  static let command = Command(
    group: "map", name: "build", operands: "", operandCount: 0...0, flags: [],
    summary: "Check everything and compile senders into senders.db",
    details: """
      Every problem is printed as 'file:line: text', and then senders.db stays as it is. The new file
      takes the old one's place in one step, so mail goes on meanwhile. Login names are looked up now;
      the gate itself never asks a name service.
      """,
    run: run)

  private static func run(_ arguments: Arguments) throws(ToolFailure) {
    let setup = try Setup.current()
    try setup.requireAdministrator(command.call)
    try build(setup)
  }

  /// Compiles senders as it is.
  ///
  /// - Parameter setup: The installation.
  /// - Throws: `ToolFailure`; senders.db is as it was then.
  static func build(_ setup: Setup) throws(ToolFailure) {
    let (configuration, configurationProblems) = try readConfiguration(setup)
    let senders = try SendersText.read(in: setup.directory)
    var (entries, problems) = SendersFile.parse(senders.bytes, file: setup.directory.sendersFile)
    if let configuration {
      problems += try expandMailboxes(in: &entries, configuration, setup.directory)
    }
    var builder = try makeBuilder(setup, configuration, withoutRepeated(entries, problems))
    let all = configurationProblems + problems + builder.problems
    guard all.isEmpty, let bytes = build(&builder, senders, setup) else {
      throw refusal(all.isEmpty ? builder.problems : all)
    }
    let group = try setup.serviceAccount()?.groupID
    try IndexWriter.write(bytes, to: setup.directory.senderIndexFile, groupID: group)
    let addresses = entries.reduce(0) { $0 + $1.rules.patterns.count }
    try Tool.print(
      "\(setup.directory.senderIndexFile): \(entries.count) \(entries.count == 1 ? "site" : "sites"), "
        + "\(addresses) \(addresses == 1 ? "address" : "addresses"), \(bytes.count) bytes\n")
  }

  /// All problems of postern.cf are wanted, and those of senders beside them.
  static func readConfiguration(
    _ setup: Setup
  ) throws(ToolFailure) -> (Configuration?, [FileProblem]) {
    do throws(InstallationFault) {
      return (try setup.directory.configuration(), [])
    } catch {
      if case .configuration(let problems) = error { return (nil, problems) }
      throw ToolFailure(error)
    }
  }

  /// Turns `mailboxes:DOMAIN` into the addresses that exist.
  ///
  /// - Returns: What keeps the map from being built; a domain without mailboxes does not, since one customer who has
  ///   removed the last one must not keep all others from a new map.
  private static func expandMailboxes(
    in entries: inout [UnresolvedEntry], _ configuration: Configuration,
    _ directory: ConfigurationDirectory
  ) throws(ToolFailure) -> [FileProblem] {
    guard entries.contains(where: { !$0.rules.mailboxDomains.isEmpty }) else { return [] }
    let mailboxes = try MailboxTables(configuration).read(in: directory)
    var problems: [FileProblem] = []
    for index in entries.indices {
      var faults: [FileFault] = []
      mailboxes.expand(&entries[index], &faults)
      for fault in faults {
        let problem = FileProblem(
          file: directory.sendersFile, line: entries[index].line, fault: fault)
        if case .noMailboxes = fault {
          StandardError.write([UInt8]("warning: \(Diagnostics.text(for: problem))\n".utf8))
        } else {
          problems.append(problem)
        }
      }
    }
    return problems
  }

  /// Resolves all users; without a usable postern.cf with its defaults, since only problems are
  /// looked for then.
  static func makeBuilder(
    _ setup: Setup, _ configuration: Configuration?, _ entries: [UnresolvedEntry]
  ) throws(ToolFailure) -> SenderIndexBuilder {
    let accounts = try AccountDirectory()
    let settings = configuration ?? Configuration()
    // With problems in postern.cf nothing is built; asking Postfix would only add another one.
    let domain =
      configuration == nil
      ? Array("invalid".utf8) : settings.defaultDomain ?? PostfixSettings.origin() ?? []
    var builder = SenderIndexBuilder(
      configuration: settings, defaultDomain: domain,
      configurationFile: setup.directory.configurationFile, resolve: accounts.account)
    builder.add(entries, file: setup.directory.sendersFile)
    if configuration != nil { builder.addExemptUsers(file: setup.directory.configurationFile) }
    builder.addUnlisted(accounts.all)
    if let failure = accounts.failure {
      throw ToolFailure(failure, "cannot look up users")
    }
    return builder
  }

  /// A second entry of one user is one problem, not another one again when UIDs are compared.
  static func withoutRepeated(
    _ entries: [UnresolvedEntry], _ problems: [FileProblem]
  ) -> [UnresolvedEntry] {
    let lines = problems.compactMap { problem in
      if case .repeatedUser = problem.fault { problem.line } else { nil }
    }
    let repeated = Set(lines)
    return entries.filter { !repeated.contains($0.line) }
  }

  private static func build(
    _ builder: inout SenderIndexBuilder, _ senders: SendersText, _ setup: Setup
  ) -> [UInt8]? {
    builder.build(
      builtAt: Clock.seconds(), sendersBytes: senders.status.size,
      sendersModified: senders.status.modifiedNanoseconds, file: setup.directory.sendersFile)
  }

  /// Problems in the order of the files and lines.
  static func ordered(_ problems: [FileProblem]) -> [FileProblem] {
    problems.enumerated().sorted {
      ($0.element.file, $0.element.line, $0.offset) < ($1.element.file, $1.element.line, $1.offset)
    }.map(\.element)
  }

  private static func refusal(_ problems: [FileProblem]) -> ToolFailure {
    let count = problems.count == 1 ? "1 problem" : "\(problems.count) problems"
    return ToolFailure(
      problems: ordered(problems), "map build: \(count); senders.db is as it was")
  }
}
