internal import LinuxSystem
internal import Policy
internal import Submission

/// `postern map sources`: the files that senders.db is made of.
enum MapSources {
  static let command = Command(
    group: "map", name: "sources", operands: "", operandCount: 0...0,
    flags: [
      .init(name: "--systemd", summary: "print them as a drop-in file for postern-map.path")
    ],
    summary: "List the files that 'map build' reads",
    details: """
      If one of them changes, the map must be built again. postern-map.path does this for postern.cf and senders; for the
      tables used by mailboxes:DOMAIN, add their paths:
      postern map sources --systemd > /etc/systemd/system/postern-map.path.d/tables.conf
      A table that is a command has no file: use postern-map.timer.
      """,
    run: run)

  private static func run(_ arguments: Arguments) throws(ToolFailure) {
    let setup = try Setup.current()
    try setup.requireAdministrator(command.call)
    let settings = try SourceText.settings(in: setup.directory)
    let file = ConfigurationFile.parse(settings.bytes, file: setup.directory.configurationFile)
    guard file.problems.isEmpty else {
      throw ToolFailure(problems: file.problems, "map sources: postern.cf cannot be used")
    }
    let own = [setup.directory.configurationFile, setup.directory.sendersFile]
    var files = own.map { Array($0.utf8) }
    if try usesMailboxes(setup) { files += try MailboxTables(file.configuration).files }
    let isUnit = arguments.has("--systemd")
    let lines = files.map { (isUnit ? "PathChanged=" : "") + String(decoding: $0, as: UTF8.self) }
    try Output.write((isUnit ? "[Path]\n" : "") + lines.joined(separator: "\n") + "\n")
  }

  private static func usesMailboxes(_ setup: Setup) throws(ToolFailure) -> Bool {
    let senders = try SourceText.senders(in: setup.directory)
    let (entries, _) = SendersFile.parse(senders.bytes, file: setup.directory.sendersFile)
    return entries.contains { !$0.rules.mailboxDomains.isEmpty }
  }
}
