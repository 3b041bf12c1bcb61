internal import Policy
internal import Submission

/// One decision as the tool shows it; ordinary users get it from the drop-in, as JSON.
struct LogEntry: Equatable {
  var time: UInt64
  var verdict: String
  /// nil = nothing spoke against the message.
  var reason: String?
  var user: String
  var from: String?
  /// Empty = the null sender.
  var envelope: String?
  var recipients: UInt64?
  /// Domains of the first recipients, with commas between them; nil = unknown.
  var domains: String?
  var size: UInt64?
  var messageID: String?
  var script: String?
  var directory: String?
  /// The command line of the process that has started the program.
  var process: String?
  var controlGroup: String?
  var text: String?
  /// The object as the drop-in writes it, without a line feed.
  var json: String

  /// Whether the message was handed over as it was checked.
  var isPermitted: Bool { verdict == DecisionVerdict.permit.rawValue }
}

extension LogEntry {
  /// Shows a decision of the journal.
  init(_ decision: LoggedDecision) {
    let line = decision.line
    func text(_ bytes: [UInt8]?) -> String? { bytes.map { String(decoding: $0, as: UTF8.self) } }
    time = decision.time
    verdict = line.verdict.rawValue
    reason = line.reason?.rawValue
    user = text(line.user) ?? "uid:\(line.uid)"
    from = text(line.authors)
    envelope = text(line.envelope)
    recipients = line.recipients
    domains = text(line.recipientDomains)
    size = line.size
    messageID = text(line.messageID)
    script = text(line.script)
    directory = text(line.directory)
    process = text(line.process)
    controlGroup = text(line.controlGroup)
    self.text = text(line.refusalText)
    json = decision.json
  }

  /// Reads what `sendmail --own-log` prints.
  ///
  /// - Parameter json: An array with one object a line.
  /// - Returns: The newest last; nil = it is something else.
  static func read(_ json: [UInt8]) -> [LogEntry]? {
    let lines = String(decoding: json, as: UTF8.self).split(separator: "\n")
    guard lines.first == "[", lines.last == "]" else { return nil }
    var entries: [LogEntry] = []
    for line in lines.dropFirst().dropLast() {
      let object = line.last == "," ? line.dropLast() : line
      guard let entry = LogEntry(String(object)) else { return nil }
      entries.append(entry)
    }
    return entries
  }

  private init?(_ json: String) {
    guard let value = JSONValue(parsing: json) else { return nil }
    func number(_ name: String) -> UInt64? { value[name]?.integer.flatMap { UInt64(exactly: $0) } }
    guard let time = number("time"), let verdict = value["verdict"]?.text,
      let user = value["user"]?.text
    else { return nil }
    self.time = time
    self.verdict = verdict
    self.user = user
    reason = value["reason"]?.text
    from = value["from"]?.text
    envelope = value["envelope"]?.text
    recipients = number("recipients")
    size = number("size")
    messageID = value["message_id"]?.text
    script = value["script"]?.text
    directory = value["cwd"]?.text
    process = value["process"]?.text
    controlGroup = value["cgroup"]?.text
    text = value["text"]?.text
    self.json = json
  }
}
