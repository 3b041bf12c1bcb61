internal import LinuxSystem
internal import Policy
internal import Submission

/// What postern.cf and senders say, compiled in memory: what `postern map build` would put in
/// force.
struct Compilation {
  /// The settings and entries.
  private(set) var builder: SenderIndexBuilder
  /// What keeps it from being put in force, in the order of files and lines.
  private(set) var problems: [FileProblem]
  /// How many sites senders lists.
  let siteCount: Int
  /// How many addresses they have.
  let addressCount: Int
  /// How many of them have no address at all: nothing of theirs is permitted.
  let withoutAddress: Int
  /// How many have addresses, and none that mail without -f and From: could get.
  let withoutDefault: Int
  /// The imported users for whom there is no account: a panel deletes accounts at any time.
  let gone: [UserName]
  private let source: SenderIndexHeader.Source
  private let sendersFile: String

  /// Reads and checks both files, and resolves the users.
  ///
  /// - Parameters:
  ///   - setup: The installation.
  ///   - candidate: What postern.cf is to become; nil = as it is.
  ///   - listsMailboxes: Whether `mailboxes:DOMAIN` is resolved, which reads tables and may run
  ///     programs.
  /// - Throws: `ToolFailure`, where something could not be read at all.
  init(
    _ setup: Setup, settings candidate: SourceText? = nil, listsMailboxes: Bool = true
  ) throws(ToolFailure) {
    let directory = setup.directory
    let settings: SourceText
    if let candidate { settings = candidate } else { settings = try .settings(in: directory) }
    let file = ConfigurationFile.parse(settings.bytes, file: directory.configurationFile)
    let senders = try SourceText.senders(in: directory)
    sendersFile = directory.sendersFile
    var (entries, problems) = SendersFile.parse(senders.bytes, file: sendersFile)
    if listsMailboxes, file.problems.isEmpty {
      problems += try Self.expandMailboxes(in: &entries, file.configuration, directory)
    }
    let distinct = Self.withoutRepeated(entries, problems)
    (builder, gone) = try Self.resolve(
      distinct, file: file, sendersFile: sendersFile, imported: ImportedMap.lines(of: senders.bytes)
    )
    self.problems = Self.ordered(file.problems + problems + builder.problems)
    siteCount = entries.count
    addressCount = entries.reduce(0) { $0 + $1.rules.patterns.count }
    withoutAddress = entries.count {
      $0.rules.patterns.isEmpty && $0.rules.defaultAddress == nil && $0.rules.mailboxDomains.isEmpty
    }
    withoutDefault = entries.count {
      $0.rules.defaultAddress == nil && !$0.rules.patterns.isEmpty
        && !$0.rules.patterns.contains(.any)
    }
    source = SenderIndexHeader.Source(
      builtAt: Clock.seconds(), senders: senders.stamp, settings: settings.stamp)
  }

  /// Returns senders.db.
  ///
  /// - Parameter refusal: What a failure says of the state that is left.
  /// - Returns: Its bytes.
  /// - Throws: `ToolFailure`, with all problems.
  mutating func bytes(orElse refusal: String) throws(ToolFailure) -> [UInt8] {
    if problems.isEmpty {
      if let bytes = builder.build(from: source, file: sendersFile) { return bytes }
      problems = builder.problems
    }
    let count = problems.count == 1 ? "1 problem" : "\(problems.count) problems"
    throw ToolFailure(problems: problems, "\(count); \(refusal)")
  }

  /// Turns `mailboxes:DOMAIN` into the addresses that exist.
  ///
  /// - Returns: What keeps the map from being built; a domain without mailboxes does not, since one
  ///   customer who has removed the last one must not keep all others from a new map.
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
          Output.complain(["warning: \(Diagnostics.text(for: problem))"])
        } else {
          problems.append(problem)
        }
      }
    }
    return problems
  }

  /// Resolves all users.
  ///
  /// If postern.cf is unusable, its defaults are used: then only problems are collected, and asking
  /// Postfix would only add another one.
  ///
  /// - Parameters:
  ///   - entries: The entries of senders.
  ///   - file: postern.cf; nil = it could not be read.
  ///   - sendersFile: The name of senders.
  ///   - imported: The lines of senders that an import has written.
  /// - Returns: The settings and entries, with what is wrong with them, and the imported users
  ///   without an account.
  /// - Throws: `ToolFailure`, if the accounts cannot be looked up.
  static func resolve(
    _ entries: [UnresolvedEntry], file: ConfigurationFile?, sendersFile: String,
    imported: Range<Int>
  ) throws(ToolFailure) -> (builder: SenderIndexBuilder, gone: [UserName]) {
    let accounts = try AccountDirectory()
    let usable = file.flatMap { $0.problems.isEmpty ? $0 : nil }
    var builder = SenderIndexBuilder(
      file: usable ?? ConfigurationFile(name: "postern.cf"),
      postfix: usable.map {
        PostfixSettings.facts(withOrigin: $0.configuration.defaultDomain == nil)
      } ?? PostfixFacts(origin: Array("invalid".utf8)),
      resolve: accounts.account)
    let gone = entries.filter { entry in
      guard case .login = entry.site, imported.contains(entry.line) else { return false }
      return accounts.account(of: entry.site) == nil
    }
    let goneLines = Set(gone.map(\.line))
    builder.add(entries.filter { !goneLines.contains($0.line) }, file: sendersFile)
    if usable != nil { builder.addExemptUsers() }
    builder.addUnlisted(accounts.all)
    if let failure = accounts.failure {
      throw ToolFailure(failure, "cannot look up users")
    }
    return (builder, gone.map(\.site))
  }

  /// Reports a second entry of a user once, not again when UIDs are compared.
  static func withoutRepeated(
    _ entries: [UnresolvedEntry], _ problems: [FileProblem]
  ) -> [UnresolvedEntry] {
    let lines = problems.compactMap { problem in
      if case .repeatedUser = problem.fault { problem.line } else { nil }
    }
    let repeated = Set(lines)
    return entries.filter { !repeated.contains($0.line) }
  }

  /// Problems in the order of the files and lines.
  static func ordered(_ problems: [FileProblem]) -> [FileProblem] {
    problems.enumerated().sorted {
      ($0.element.file, $0.element.line, $0.offset) < ($1.element.file, $1.element.line, $1.offset)
    }.map(\.element)
  }
}
