internal import InternetMessage
internal import Ledger
internal import LinuxSystem
internal import Policy

/// What is known of one message, for its line in the system log.
///
/// It fills up step by step, so that a refusal at any step logs what has been read so far.
struct DecisionLog: Sendable {
  let uid: UInt32
  var user: [UInt8] = []
  var login: [UInt8]?
  var envelope: ReversePath?
  var from: [AddrSpec] = []
  var sender: AddrSpec?
  var resent: [AddrSpec] = []
  /// The fields that are handed over in canonical form.
  var repaired: [KnownField] = []
  /// The address that took the place of From:.
  var rewritten: AddrSpec?
  var recipientCount: Int?
  /// The domains of the first recipients, with commas between them.
  private var recipientDomains: [UInt8] = []
  var byteCount: UInt64?
  var messageID: [UInt8]?
  var script: [UInt8]?
  var messages: Use?
  var recipients: Use?
  var isMapStale = false
  /// Who has started the program; nil = nobody who tells something.
  private var starter: Starter?
  /// Which door it came through.
  var entrance = Entrance.command
  var facility: SyslogFacility = .mail
  /// The state file, beside which the journal is; nil = it is not known yet.
  private var quotaFile: [UInt8]?
  /// Whose journal it is.
  private var journalUID = Ledger.sharedUID

  init(uid: UInt32) { self.uid = uid }

  /// The doors.
  enum Entrance: Sendable {
    /// The caller has executed the drop-in, in a directory and from a process that tell something.
    case command
    /// The caller has connected to the SMTP door, whose directory and parent tell nothing.
    case smtp
  }

  /// What the hour holds after this decision, and how much it may hold.
  struct Use: Sendable {
    var used: UInt64
    var limit: Limit
  }

  /// Notes what the configuration says of the user.
  mutating func note(_ policy: SenderPolicy) {
    user = policy.user
    login = policy.unlistedLogin
    isMapStale = policy.isMapStale
    facility = policy.configuration.syslogFacility
    quotaFile = policy.configuration.quotaFile
    journalUID = policy.refusalsUID
  }

  /// Notes who has started the program, while this process is still its caller's.
  mutating func noteStarter() { starter = Starter(of: uid) }

  /// Notes what a message claims.
  mutating func note(_ message: ReadMessage) {
    envelope = message.claim.envelope
    if case .addresses(let addresses) = message.claim.from { from = addresses }
    sender = message.claim.sender
    resent = message.claim.resentFrom
    if let sender = message.claim.resentSender { resent.append(sender) }
    recipientCount = message.envelope.recipients.count
    note(message.envelope.recipients)
  }

  /// More recipients than this are not named.
  private static let namedRecipients = 3

  private mutating func note(_ recipients: [Recipient]) {
    recipientDomains = []
    recipientDomains.reserveCapacity(64)
    var last: ArraySlice<UInt8>?
    for recipient in recipients.prefix(Self.namedRecipients) {
      guard let domain = recipient.domain, domain != last else { continue }
      if last != nil { recipientDomains.append(UInt8(ascii: ",")) }
      recipientDomains += domain
      last = domain
    }
  }

  /// Notes what is changed in a message that is handed over.
  mutating func note(_ message: SettledMessage) {
    repaired = message.repaired
    rewritten = message.replacedBy
    if let made = message.messageID { messageID = made }
  }

  /// Notes what the hour holds after the decision.
  mutating func note(_ charge: Charge, _ policy: SenderPolicy) {
    func use(_ resource: QuotaResource) -> Use {
      let limit = policy.limits.limit(of: resource, per: .hour)
      let used = charge.usage.used(resource, per: .hour, limit: limit, now: charge.second)
      return Use(used: used, limit: limit)
    }
    messages = use(.messages)
    recipients = use(.recipients)
  }

  /// Notes the fields that an administrator searches for, whatever becomes of the message.
  mutating func note(_ section: HeaderSection) {
    messageID = section.all(.messageID).first.map { section.unfoldedBody(of: $0) }
    script = section.all(.xPHPOriginatingScript).first.map { section.unfoldedBody(of: $0) }
  }

  /// Sends the line of a decision to the system log, and keeps it in the journal; neither stops any
  /// mail by not being there.
  ///
  /// - Parameters:
  ///   - verdict: What was decided.
  ///   - refusal: Why; nil = a plain permit.
  func write(_ verdict: DecisionVerdict, _ refusal: Refusal?) {
    let facts = facts(verdict, refusal)
    send(Self.line(of: facts, refusal), severity: Self.severity(verdict, refusal))
    keep(facts, text: refusal.map(Self.text))
  }

  /// Sends the line of a message that was permitted, and that the real sendmail did not take.
  ///
  /// - Parameter status: Its exit status.
  func write(failedWith status: Int32) {
    var line = line(.reject, reason: ReasonCode.handoffFailed)
    line.append(key: DecisionKey.status)
    line.append(decimal: UInt64(clamping: status))
    send(line, severity: .error)
    keep(line, text: Diagnostics.notTaken(status: status))
  }

  /// Keeps a line in the journal, with what the system log has no room for.
  private func keep(_ facts: [UInt8], text: String?) {
    guard let quotaFile else { return }
    var line = facts
    if !recipientDomains.isEmpty { line.append(key: DecisionKey.to, value: recipientDomains) }
    if let text {
      let words = [UInt8](text.utf8)
      line.append(key: DecisionKey.text, value: words, limit: Self.journalTextBytes)
    }
    try? Journal(beside: quotaFile).append(line, for: journalUID, at: Clock.seconds())
  }

  /// The most bytes of a text in the journal: no text for a refusal is longer by itself.
  private static let journalTextBytes = 1_000

  private static func text(_ refusal: Refusal) -> String {
    refusal.isClientLost ? Diagnostics.clientLost : Diagnostics.text(for: refusal)
  }

  private func send(_ line: [UInt8], severity: SystemLog.Severity) {
    SystemLog.send(
      line, facility: facility.number, severity: severity, identifier: "postern")
  }

  /// What the administrator must repair is an error; who has called the SMTP door may be anybody,
  /// and as often as it likes.
  static func severity(_ verdict: DecisionVerdict, _ refusal: Refusal?)
    -> SystemLog.Severity
  {
    guard verdict == .reject, let refusal, !refusal.isClientLost else { return .info }
    return refusal.reason.kind.isOfTheServer && !refusal.isOfConnection ? .error : .warning
  }

  /// Forms the `key=value` line.
  ///
  /// - Parameters:
  ///   - verdict: What was decided.
  ///   - refusal: Why; nil = a plain permit.
  /// - Returns: One line without its end; bytes of the caller are escaped and cut.
  func line(_ verdict: DecisionVerdict, _ refusal: Refusal?) -> [UInt8] {
    Self.line(of: facts(verdict, refusal), refusal)
  }

  private static func line(of facts: [UInt8], _ refusal: Refusal?) -> [UInt8] {
    guard let refusal, refusal.isClientLost || refusal.reason.kind.isOfTheServer else {
      return facts
    }
    // The code alone does not say which file or call it was.
    var line = facts
    line.append(key: DecisionKey.text, value: [UInt8](text(refusal).utf8))
    return line
  }

  /// The line without any text.
  private func facts(_ verdict: DecisionVerdict, _ refusal: Refusal?) -> [UInt8] {
    line(verdict, reason: refusal.flatMap { $0.isClientLost ? nil : $0.reason })
  }

  private func line(_ verdict: DecisionVerdict, reason: ReasonCode?) -> [UInt8] {
    var line: [UInt8] = []
    line.reserveCapacity(768)
    line.append(key: DecisionKey.verdict)
    line.append(verdict.rawValue)
    line.append(key: DecisionKey.reason)
    line.append(reason?.rawValue ?? "none")
    line.append(key: DecisionKey.uid)
    line.append(decimal: UInt64(uid))
    if !user.isEmpty { line.append(key: DecisionKey.user, value: user) }
    if let login { line.append(key: DecisionKey.login, value: login) }
    switch envelope {
    case nil: break
    case .null: line.append(key: DecisionKey.envelope, value: Self.angled([[]]))
    case .address(let address):
      line.append(key: DecisionKey.envelope, value: Self.angled([address.written]))
    case .word(let word): line.append(key: DecisionKey.envelope, value: Self.angled([word]))
    }
    if !from.isEmpty {
      line.append(key: DecisionKey.from, value: Self.angled(from.map { $0.written }))
    }
    if let sender { line.append(key: DecisionKey.sender, value: Self.angled([sender.written])) }
    if !resent.isEmpty {
      line.append(key: DecisionKey.resent, value: Self.angled(resent.map { $0.written }))
    }
    if !repaired.isEmpty {
      line.append(key: DecisionKey.repaired)
      for index in repaired.indices {
        if index > 0 { line.append(",") }
        line += repaired[index].name.utf8.map(Octets.lowercased)
      }
    }
    if let rewritten {
      line.append(key: DecisionKey.rewritten, value: Self.angled([rewritten.written]))
    }
    if let recipientCount {
      line.append(key: DecisionKey.recipients)
      line.append(decimal: UInt64(recipientCount))
    }
    if let byteCount {
      line.append(key: DecisionKey.size)
      line.append(decimal: byteCount)
    }
    if let messageID { line.append(key: DecisionKey.messageID, value: Self.trimmed(messageID)) }
    Self.add(.messages, messages, to: &line)
    Self.add(.recipientsUsed, recipients, to: &line)
    if let script { line.append(key: DecisionKey.script, value: Self.trimmed(script)) }
    switch entrance {
    case .command:
      if let directory = Host.currentDirectory() {
        line.append(key: DecisionKey.cwd, value: directory)
      }
      if let starter { line.append(starter) }
    case .smtp:
      line.append(key: DecisionKey.via)
      line.append("smtp")
    }
    if isMapStale {
      line.append(key: DecisionKey.map)
      line.append("stale")
    }
    return line
  }

  private static func add(_ key: DecisionKey, _ use: Use?, to line: inout [UInt8]) {
    guard let use else { return }
    line.append(key: key)
    line.append(decimal: use.used)
    line.append("/")
    switch use.limit {
    case .count(let limit): line.append(decimal: UInt64(limit))
    case .unlimited: line.append("unlimited")
    }
  }

  private static func angled(_ addresses: [[UInt8]]) -> [UInt8] {
    var text: [UInt8] = []
    for address in addresses.prefix(3) {
      if !text.isEmpty { text.append(",") }
      text.append("<")
      text += address
      text.append(">")
    }
    if addresses.count > 3 { text.append(",...") }
    return text
  }

  private static func trimmed(_ value: [UInt8]) -> [UInt8] {
    var slice = value[...]
    while let first = slice.first, Octets.isBlank(first) { slice.removeFirst() }
    while let last = slice.last, Octets.isBlank(last) { slice.removeLast() }
    return [UInt8](slice)
  }
}
