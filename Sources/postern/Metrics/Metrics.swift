internal import LinuxSystem
internal import Policy
internal import Submission

/// `postern metrics`: figures for Prometheus.
enum Metrics {
  static let command = Command(
    group: "metrics", name: "", operands: "", operandCount: 0...0,
    flags: [
      Command.Flag(
        name: "--output", value: "FILE", summary: "write to FILE, which is replaced in one step"),
      Command.Flag(name: "--per-user", summary: "add series for each user of the last 24 hours"),
    ],
    summary: "Print metrics for Prometheus",
    details: """
      The output is for the textfile collector of node_exporter; postern-metrics.timer writes it every minute. Counters are
      sums over the records of the state file and over those that were lost: they never fall.
      """,
    run: run)

  /// More than 100 000 users have.
  private static let maximumBytes = 256 << 20

  private static func run(_ arguments: Arguments) throws(ToolFailure) {
    let setup = try Setup.current()
    try setup.requireAdministrator(command.call)
    if let path = arguments.value(of: "--output") {
      // What reads the state file becomes the account postern; root stays root for the file.
      let words = ["metrics"] + (arguments.has("--per-user") ? ["--per-user"] : [])
      let text = try Child.ownOutput(words, bytes: maximumBytes)
      return try IndexWriter.write(
        text, to: String(decoding: path, as: UTF8.self), groupID: nil, permissions: 0o644)
    }
    var reader = try QuotaReader(setup)
    let users = try reader.users(.recorded, now: Clock.seconds())
    let quotaFile = reader.map.configuration.quotaFile
    var lasting = LastingCounters.load(beside: quotaFile)
    let text = MetricsText(users, reader.map, try reader.fill(), &lasting)
    // The figures are right all the same; the next ones may be lower.
    do { try lasting.save(beside: quotaFile) } catch { Output.complain(error.lines) }
    try Output.write(text.all + (arguments.has("--per-user") ? text.perUser : ""))
  }
}
