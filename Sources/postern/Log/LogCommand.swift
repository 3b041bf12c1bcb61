internal import Ledger
internal import LinuxSystem
internal import Policy
internal import Submission

/// `postern log`: the last decisions, from the journal beside the state file.
enum LogCommand {
  static let command = Command(
    group: "log", name: "", operands: "[USER]", operandCount: 0...1,
    flags: [
      Command.Flag(name: "--refused", summary: "only what was not permitted"),
      Command.Flag(
        name: "--last", value: "NUMBER",
        summary: "show only this many; default: all of a USER, 100 of all users"),
      Command.Flag(
        name: "--follow", summary: "go on with what is decided from now on, until Ctrl-C"),
      Command.Flag(
        name: "--json",
        summary: "print a JSON array, the newest last; with --follow one object a line"),
    ],
    summary: "Show the last decisions: who sent what, which script, why it was refused",
    details: """
      The journal has the last decisions about each user, usually 40 to 200; nobody can push out another's, and nobody but the
      drop-in sendmail writes to it. Each decision has its time (UTC), the user, the verdict and the reason; From:
      (or the envelope sender, marked with -f), how many recipients there were and where, and the size; then the script that PHP
      names, the working directory and the Message-ID; the process that has started the program and its control group; then the
      whole text of a refusal. Users without an entry in the map share one journal. Ordinary users see their own.
      """,
    run: run)

  /// How many decisions are shown where nobody is named.
  private static let usualCount = 100

  private static func run(_ arguments: Arguments) throws(ToolFailure) {
    let last = try number(arguments)
    let setup = try Setup.current()
    let printer = LogPrinter(
      isJSON: arguments.has("--json"), refusedOnly: arguments.has("--refused"),
      look: QuotaStatus.look())
    guard setup.isAdministrator else {
      if arguments.has("--follow") {
        throw ToolFailure(
          .notPermitted, "only root may use --follow; run 'postern log' again instead")
      }
      return try printer.write(OwnJournal.entries(setup, arguments), last: last ?? .max)
    }
    let map = try setup.readMap()
    let user = try arguments.operands.first.map { (word) throws(ToolFailure) in
      try UserFinder(map.entries).user(word)
    }
    try setup.becomeService()
    let reader = JournalReader(Journal(beside: map.configuration.quotaFile), of: user)
    let count = last ?? (user == nil ? usualCount : .max)
    let torn = try reader.tornCount()
    if torn > 0 {
      Output.complain([
        "postern: \(torn) place\(torn == 1 ? "" : "s") of the journal cannot be read: power was lost there, or the disk was full"
      ])
    }
    guard arguments.has("--follow") else {
      return try printer.write(try reader.entries(last: count, where: printer.wants), last: count)
    }
    try LogFollower(reader, printer).run(last: count)
  }

  private static func number(_ arguments: Arguments) throws(ToolFailure) -> Int? {
    guard let value = arguments.value(of: "--last") else { return nil }
    guard let number = Int(String(decoding: value, as: UTF8.self)), (1...1_000_000).contains(number)
    else { throw ToolFailure(.usage, "--last: give a number from 1 to 1000000") }
    return number
  }
}
