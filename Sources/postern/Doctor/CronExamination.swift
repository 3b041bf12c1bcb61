internal import InternetMessage
internal import LinuxSystem
internal import Policy
internal import Submission

/// Whose cron jobs write mail that is refused: cron(8) mails what a job prints, as the job's user,
/// and Debian's with `From: root`.
enum CronExamination {
  private static let personal = "/var/spool/cron/crontabs"

  /// The users whose jobs may print something, each with the first such line.
  struct Jobs: Equatable {
    private(set) var lines: [String: String] = [:]

    /// Reads a crontab(5).
    ///
    /// - Parameters:
    ///   - text: The file.
    ///   - file: Its path.
    ///   - user: Whose it is; nil = the sixth column of each line says so.
    mutating func add(_ text: String, file: String, user: String?) {
      var isSilent = false
      for (index, line) in Machine.lines(text).enumerated() {
        let line = line.trimmed
        guard let first = line.first, first != "#" else { continue }
        if let (name, value) = Self.assignment(line) {
          // Mail from the user itself, or none at all.
          if name == "MAILFROM" || name == "MAILTO" {
            isSilent = name == "MAILFROM" ? !value.isEmpty : value.isEmpty
          }
          continue
        }
        let times = first == "@" ? 1 : 5
        let columns = times + (user == nil ? 1 : 0)
        let words = line.split(maxSplits: columns) { $0.isWhitespace }
        guard words.count > columns, let command = words.last else { continue }
        let owner = user ?? String(words[times])
        guard !isSilent, !Self.printsNothing(String(command)), lines[owner] == nil else { continue }
        lines[owner] = "\(file):\(index + 1): \(line)"
      }
    }

    /// `name = value`, with or without quotes.
    private static func assignment(_ line: String) -> (name: String, value: String)? {
      guard let (key, rest) = line.divided(at: "="), !key.isEmpty,
        key.trimmed.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" })
      else { return nil }
      return (key.trimmed, rest.trimmed.filter { $0 != "\"" && $0 != "'" })
    }

    /// Whether a command throws away or keeps all that it prints.
    private static func printsNothing(_ command: String) -> Bool {
      let plain = command.filter { !$0.isWhitespace }
      return plain.contains("&>") || (plain.contains(">") && plain.contains("2>&1"))
    }
  }

  /// Tells why mail of cron is refused to a user.
  ///
  /// - Parameters:
  ///   - entry: The user's.
  ///   - configuration: What is in force.
  /// - Returns: What the user lacks; nil if it is not refused.
  static func refusal(_ entry: SenderEntry?, _ configuration: Configuration) -> String? {
    guard let entry else { return "has no entry" }
    let domain = configuration.defaultDomain ?? []
    let root = AddrSpec(localPart: Array("root".utf8), domain: domain)
    if entry.sendsAsAnybody || entry.fromPolicy(defaults: configuration) == .rewrite { return nil }
    let delimiter = configuration.recipientDelimiter
    return entry.permits(root, delimiter: delimiter)
      ? nil : "may not send as \(Diagnostics.shown(root.written))"
  }

  /// Judges the jobs.
  ///
  /// - Parameters:
  ///   - jobs: The users.
  ///   - contents: The map.
  ///   - gate: Who takes their mail.
  /// - Returns: Whose mail is refused.
  static func finding(
    _ jobs: Jobs, _ contents: FilesExamination.Contents, gate: MailGate
  ) -> Finding? {
    let isPostern = gate.isPostern(MailCommand.sendmail)
    let entries = Dictionary(contents.entries.map { ($0.login, $0) }) { first, _ in first }
    let refused = jobs.lines.sorted { $0.key < $1.key }.compactMap { user, line -> String? in
      guard user != "root" else { return nil }
      if isPostern {
        return refusal(entries[Array(user.utf8)], contents.configuration).map {
          "\(user) \($0): \(line)"
        }
      }
      return gate.users.permits(user) { _, _ in true } ? nil : "Postfix refuses \(user): \(line)"
    }
    guard !refused.isEmpty else { return nil }
    return Finding(
      .cronRefused,
      "what cron mails about jobs of some accounts is refused, and nobody hears of it",
      evidence: refused,
      remedy: isPostern
        ? "give each an entry with from_policy=rewrite (cron writes From: root); "
          + "or MAILTO=\"\" in its crontab"
        : "\(Installation.share)/deploy --divert, and entries; or MAILTO=\"\" in the crontabs"
    )
  }

  static func run(
    _ contents: FilesExamination.Contents, gate: MailGate, _ diagnosis: inout Diagnosis
  ) {
    var jobs = Jobs()
    let system = ["/etc/crontab"] + Machine.entries("/etc/cron.d").map { "/etc/cron.d/\($0)" }
    for file in system {
      if let text = Machine.text(file) { jobs.add(text, file: file, user: nil) }
    }
    for user in Machine.entries(personal) {
      guard let account = try? UserDatabase.account(named: Array(user.utf8)),
        let text = GuardedFile.text("\(personal)/\(user)", owner: account.userID)
      else { continue }
      jobs.add(text, file: "\(personal)/\(user)", user: user)
    }
    diagnosis.add(finding(jobs, contents, gate: gate))
  }
}
