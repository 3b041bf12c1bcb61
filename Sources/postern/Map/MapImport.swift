internal import LinuxSystem
internal import Policy
internal import Submission

/// `postern map import FILE`: takes over what a panel's database says.
enum MapImport {
  static let command = Command(
    group: "map", name: "import", operands: "FILE", operandCount: 1...1,
    flags: [
      .init(name: "--dry-run", summary: "print the new contents of senders, change nothing"),
      .init(
        name: "--allow-empty",
        summary: "accept input without a user, which removes every imported entry"),
      .init(
        name: "--subdomains",
        summary: "accept @.domain, which permits every address of all subdomains"),
    ],
    summary: "Import users and addresses from a panel's database, and build",
    details: """
      Each line of FILE, or of standard input if FILE is '-', has a user and one address, separated by a tab, and optionally
      another tab and options: 'web12<TAB>@shop.example<TAB>messages_per_hour=500'. The entries are written into senders
      between two comment lines and replace those of the previous import; the rest of senders is not changed. An own entry
      with addresses is used instead of the imported one; an own entry with only options adds them to it. A line that
      cannot be read excludes its user and removes the user's previously imported entry; the exit status is then 1. Accounts
      that do not exist are excluded. Then the map is built. If no line names a user, nothing is changed. Only changes are
      printed. Scripts for panels: postern(8).
      """,
    run: run)

  /// The most lines of one kind that are printed.
  private static let shownLines = 20

  private static func run(_ arguments: Arguments) throws(ToolFailure) {
    let setup = try Setup.current()
    try setup.requireAdministrator(command.call)
    let (imported, problems) = try read(arguments.operands[0], arguments.has("--subdomains"))
    guard imported.userCount > 0 || arguments.has("--allow-empty") else {
      let reason =
        "the input has no user; nothing was changed (--allow-empty removes all imported entries)"
      throw ToolFailure(.failed, lines: shown(problems) + ["postern: \(reason)"])
    }
    let path = setup.directory.sendersFile
    let lock = try setup.lockConfiguration()
    let before = try SourceText.senders(in: setup.directory).bytes
    let (senders, notes) = try merge(imported, into: before, path)
    if arguments.has("--dry-run") {
      try Output.write(senders)
    } else {
      try write(senders, before, setup, notes)
    }
    guard problems.isEmpty else {
      let users = imported.unreadable.count
      throw ToolFailure(
        .failed,
        lines: shown(problems) + [
          "postern: map import: \(users) \(users == 1 ? "user" : "users") left out"
        ])
    }
    lock.release()
  }

  private static func write(
    _ senders: [UInt8], _ before: [UInt8], _ setup: Setup, _ notes: [String]
  ) throws(ToolFailure) {
    guard senders != before else { return try MapBuild.build(setup, isQuiet: true) }
    let path = setup.directory.sendersFile
    let group = try setup.serviceAccount()?.groupID
    try IndexWriter.write(senders, to: path, groupID: group)
    do { try MapBuild.build(setup) } catch {
      // The map of the gate is as it was; so must be what it is said to come from.
      try IndexWriter.write(before, to: path, groupID: group)
      throw error
    }
    let changes = ImportChanges(
      from: ImportedMap.entries(in: before), to: ImportedMap.entries(in: senders))
    try Output.write(changes.lines(atMost: shownLines).map { $0 + "\n" }.joined())
    Output.complain(notes)
  }

  private static func read(
    _ operand: [UInt8], _ allowsSubdomains: Bool
  ) throws(ToolFailure) -> (map: ImportedMap, problems: [FileProblem]) {
    let isStandardInput = operand == Array("-".utf8)
    let name = isStandardInput ? "standard input" : Diagnostics.shown(operand)
    let bytes: [UInt8]
    do {
      let limit = SendersFile.maximumBytes + 1
      bytes =
        isStandardInput
        ? try FileDescriptor.standardInput.readToEnd(limit: limit)
        : try FileDescriptor.open(path: operand, options: .followLinks).readToEnd(limit: limit)
    } catch {
      throw ToolFailure(error, "cannot read \(name)")
    }
    return ImportedMap.parse(bytes, file: name, allowsSubdomains: allowsSubdomains)
  }

  private static func shown(_ problems: [FileProblem]) -> [String] {
    let lines = problems.prefix(shownLines).map(Diagnostics.text)
    let rest = problems.count - lines.count
    return rest > 0 ? lines + ["\(rest) more lines cannot be read"] : lines
  }

  /// Forms senders anew.
  ///
  /// - Returns: The file, and what is to be said of users that are not imported.
  private static func merge(
    _ imported: ImportedMap, into senders: [UInt8], _ path: String
  ) throws(ToolFailure) -> (senders: [UInt8], notes: [String]) {
    guard let outside = ImportedMap.outside(senders) else {
      throw ToolFailure(
        .failed,
        "\(path) has only one of the two lines around imported entries; restore the other, or remove both"
      )
    }
    let (entries, problems) = SendersFile.parse(
      outside.before + [UInt8(ascii: "\n")] + outside.after, file: path)
    guard problems.isEmpty else {
      throw ToolFailure(problems: problems, "map import: nothing was changed")
    }
    let own = Set(entries.filter(\.hasAddresses).map(\.site)).intersection(imported.sites)
    let gone = try gone(imported.sites)
    guard let merged = imported.merged(into: senders, leavingOut: own.union(gone)) else {
      throw ToolFailure(.failed, "no entries can be imported into \(path)")
    }
    var notes: [String] = []
    if !own.isEmpty {
      notes.append("\(own.count) imported users keep the addresses of their own entries in \(path)")
    }
    if !gone.isEmpty { notes.append(MapBuild.warning(gone: gone)) }
    return (merged, notes)
  }

  /// The users for whom there is no account.
  private static func gone(_ sites: [UserName]) throws(ToolFailure) -> [UserName] {
    let accounts = try AccountDirectory()
    let gone = sites.filter { site in
      if case .login = site { accounts.account(of: site) == nil } else { false }
    }
    if let failure = accounts.failure { throw ToolFailure(failure, "cannot look up users") }
    return gone
  }
}
