internal import InternetMessage
internal import Ledger
internal import LinuxSystem
internal import Policy

/// What is known of one submission, for its line in the system log.
///
/// It fills up on the way through the pipeline, so that a refusal at any step logs what had been read by then.
struct DecisionRecord: Sendable {
  let uid: UInt32
  var user: [UInt8] = []
  var envelope: ReversePath?
  var from: [AddrSpec] = []
  var sender: AddrSpec?
  var resent: [AddrSpec] = []
  var recipientCount: Int?
  var byteCount: UInt64?
  var messageID: [UInt8]?
  var script: [UInt8]?
  var messages: Use?
  var recipients: Use?
  var isMapStale = false
  var facility: SyslogFacility = .mail
  /// The suspension that this message brought about.
  var suspension: Suspension?
  /// The mail that must be sent about it.
  var notice: Notice?

  /// What the hour holds after this decision, and how much it may hold.
  struct Use: Sendable {
    var used: UInt64
    var limit: Limit
  }

  /// Takes what the configuration says of the user.
  mutating func describe(_ site: Site) {
    user = site.user
    isMapStale = site.isMapStale
    facility = site.configuration.syslogFacility
  }

  /// Takes what was read of the message.
  mutating func describe(_ reading: Result<Draft, Refusal>) {
    guard case .success(let draft) = reading else { return }
    envelope = draft.claim.envelope
    if case .addresses(let addresses) = draft.claim.from { from = addresses }
    sender = draft.claim.sender
    resent = draft.claim.resentFrom
    if let sender = draft.claim.resentSender { resent.append(sender) }
    recipientCount = draft.envelope.recipients.count
  }

  /// Takes what the hour holds after the decision.
  mutating func describe(_ charge: Charge, _ site: Site) {
    func use(_ resource: QuotaResource) -> Use {
      let limit = site.limits.limit(of: resource, per: .hour)
      let used = charge.usage.used(resource, per: .hour, limit: limit, now: charge.second)
      return Use(used: used, limit: limit)
    }
    messages = use(.messages)
    recipients = use(.recipients)
  }

  /// Takes the fields that an administrator searches for, whatever becomes of the message.
  mutating func describe(_ section: HeaderSection) {
    messageID = section.all(.messageID).first.map { section.unfoldedBody(of: $0) }
    script = section.all(.xPHPOriginatingScript).first.map { section.unfoldedBody(of: $0) }
  }

  /// Sends the line of a decision to the system log; a log that is not there stops no mail.
  ///
  /// - Parameters:
  ///   - verdict: What was decided.
  ///   - refusal: Why; nil for a plain permit.
  func log(_ verdict: DecisionVerdict, _ refusal: Refusal?) {
    send(line(verdict, refusal), severity: Self.severity(verdict, refusal))
  }

  /// Sends the line of a message that was permitted, and that the real sendmail did not take.
  ///
  /// - Parameter status: Its exit status.
  func log(failedWith status: Int32) {
    var line = line(.reject, reason: ReasonCode.handoffFailed)
    line.append(" status=")
    line.append(decimal: UInt64(clamping: status))
    send(line, severity: .error)
  }

  /// Logs the suspension that the refusal brought about, and sends the notice that is due with it.
  func sendConsequences() {
    if let suspension {
      SuspensionEvent(suspension, isEnd: false, uid: uid, user: user, facility: facility).log()
    }
    notice?.send()
  }

  private func send(_ line: [UInt8], severity: SystemLog.Severity) {
    SystemLog.send(
      line, facility: facility.number, severity: severity, identifier: "postern")
  }

  /// What the administrator must repair is an error.
  private static func severity(_ verdict: DecisionVerdict, _ refusal: Refusal?)
    -> SystemLog.Severity
  {
    guard verdict == .reject, let refusal, !refusal.isClientLost else { return .info }
    return refusal.reason.kind.isOfTheServer ? .error : .warning
  }

  /// Forms the `key=value` line.
  ///
  /// - Parameters:
  ///   - verdict: What was decided.
  ///   - refusal: Why; nil for a plain permit.
  /// - Returns: One line without its end; bytes of the caller are escaped and cut.
  func line(_ verdict: DecisionVerdict, _ refusal: Refusal?) -> [UInt8] {
    if let refusal, refusal.isClientLost {
      var line = line(verdict, reason: nil)
      Self.add("text", [UInt8](Diagnostics.clientLost.utf8), to: &line)
      return line
    }
    var line = line(verdict, reason: refusal?.reason)
    // The code alone would not tell which file or call it was.
    if let refusal, refusal.reason.kind.isOfTheServer {
      Self.add("text", [UInt8](Diagnostics.text(for: refusal).utf8), to: &line)
    }
    return line
  }

  private func line(_ verdict: DecisionVerdict, reason: ReasonCode?) -> [UInt8] {
    var line: [UInt8] = []
    line.reserveCapacity(512)
    line.append("verdict=")
    line.append(verdict.rawValue)
    line.append(" reason=")
    line.append(reason?.rawValue ?? "none")
    line.append(" uid=")
    line.append(decimal: UInt64(uid))
    if !user.isEmpty { Self.add("user", user, to: &line) }
    switch envelope {
    case nil: break
    case .null: Self.add("envelope", Self.angled([[]]), to: &line)
    case .address(let address): Self.add("envelope", Self.angled([address.written]), to: &line)
    }
    if !from.isEmpty { Self.add("from", Self.angled(from.map(\.written)), to: &line) }
    if let sender { Self.add("sender", Self.angled([sender.written]), to: &line) }
    if !resent.isEmpty { Self.add("resent", Self.angled(resent.map(\.written)), to: &line) }
    if let recipientCount {
      line.append(" recipients=")
      line.append(decimal: UInt64(recipientCount))
    }
    if let byteCount {
      line.append(" size=")
      line.append(decimal: byteCount)
    }
    if let messageID { Self.add("message-id", Self.trimmed(messageID), to: &line) }
    Self.add("messages", messages, to: &line)
    Self.add("recipients-used", recipients, to: &line)
    if let script { Self.add("script", Self.trimmed(script), to: &line) }
    if let directory = Host.currentDirectory() { Self.add("cwd", directory, to: &line) }
    line.append(" ppid=")
    line.append(decimal: UInt64(Host.parentProcessID()))
    if isMapStale { line.append(" map=stale") }
    return line
  }

  private static func add(_ key: String, _ use: Use?, to line: inout [UInt8]) {
    guard let use else { return }
    line.append(" ")
    line.append(key)
    line.append("=")
    line.append(decimal: use.used)
    line.append("/")
    switch use.limit {
    case .count(let limit): line.append(decimal: UInt64(limit))
    case .unlimited: line.append("unlimited")
    }
  }

  private static func add(_ key: String, _ value: [UInt8], to line: inout [UInt8]) {
    line.append(" ")
    line.append(key)
    line.append("=")
    let isPlain = !value.isEmpty && value.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != quote }
    if !isPlain { line.append(quote) }
    line.append(escaping: value, limit: 200, quoting: isPlain ? nil : quote)
    if !isPlain { line.append(quote) }
  }

  private static let quote: UInt8 = 0x22

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
    while let first = slice.first, first == 0x20 || first == 0x09 { slice.removeFirst() }
    while let last = slice.last, last == 0x20 || last == 0x09 { slice.removeLast() }
    return [UInt8](slice)
  }
}
