internal import LinuxSystem
internal import Submission

/// `postern metrics`: figures for Prometheus.
enum Metrics {
  static let command = Command(
    group: "metrics", name: "", operands: "", operandCount: 0...0,
    flags: [
      Command.Flag(name: "--output", value: "FILE", summary: "replace this file in one step"),
      Command.Flag(name: "--per-user", summary: "series for each user of the last 24 hours, too"),
    ],
    summary: "Print figures for Prometheus",
    details: """
      The text is for node_exporter's textfile collector: postern-metrics.timer writes it every minute. Counters are sums
      over the records of the state file. They fall only where a record is lost: with the state file, by a power failure,
      or because another user needs the place of one who has been idle for a day.
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
    let text = MetricsText(users, reader.map)
    try Tool.print(text.all + (arguments.has("--per-user") ? text.perUser : ""))
  }

  /// What this program prints as a child, which becomes the account postern for good: root stays root for the file.
  private static func textOfChild(isPerUser: Bool) throws(ToolFailure) -> [UInt8] {
    var environment = [Array("PATH=/usr/bin:/bin".utf8)]
    if let trial = Environment.value(ConfigurationDirectory.variable) {
      environment.append(Array("\(ConfigurationDirectory.variable)=".utf8) + trial)
    }
    let words = ["postern", "metrics"] + (isPerUser ? ["--per-user"] : [])
    let capture: Execution.Capture
    do {
      capture = try Execution.capture(
        FileSystem.target(ofLink: Array("/proc/self/exe".utf8)),
        arguments: words.map { Array($0.utf8) }, environment: environment,
        maximumBytes: maximumBytes)
    } catch {
      throw ToolFailure(error, "cannot run this program again")
    }
    // The child has said why.
    guard capture.reason == .exited(0) else { throw ToolFailure(.failed, lines: []) }
    return capture.output
  }
}
