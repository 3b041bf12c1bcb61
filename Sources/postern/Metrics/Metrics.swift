internal import LinuxSystem
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
      sums over the records of the state file. They decrease only if a record is lost: if the state file is removed, after
      a power failure, or if the record of a user who has been idle for a day is reused.
      """,
    run: run)

  /// More than 100 000 users have.
  private static let maximumBytes = 256 << 20

  private static func run(_ arguments: Arguments) throws(ToolFailure) {
    let setup = try Setup.current()
    try setup.requireAdministrator(command.call)
    if let path = arguments.value(of: "--output") {
      let text = try textOfChild(isPerUser: arguments.has("--per-user"))
      return try IndexWriter.write(
        text, to: String(decoding: path, as: UTF8.self), groupID: nil, permissions: 0o644)
    }
    var reader = try QuotaReader(setup)
    let users = try reader.users(.recorded, now: Clock.seconds())
    let text = MetricsText(users, reader.map, try reader.fill())
    try Output.write(text.all + (arguments.has("--per-user") ? text.perUser : ""))
  }

  /// What this program prints as a child, which becomes the account postern for good: root stays
  /// root for the file.
  private static func textOfChild(isPerUser: Bool) throws(ToolFailure) -> [UInt8] {
    var environment: [[UInt8]] = []
    if let trial = Environment.value(ConfigurationDirectory.variable) {
      environment.append(Array("\(ConfigurationDirectory.variable)=".utf8) + trial)
    }
    let words = ["metrics"] + (isPerUser ? ["--per-user"] : [])
    let capture: Execution.Capture
    do throws(Child.Failure) {
      capture = try Child.again(words, environment: environment, bytes: maximumBytes)
    } catch {
      throw ToolFailure(.failed, "this program \(error.text)")
    }
    guard capture.reason == .exited(0) else {
      let said = Machine.lines(String(decoding: capture.errors, as: UTF8.self))
      throw ToolFailure(.failed, lines: said.filter { !$0.isEmpty })
    }
    return capture.output
  }
}
