internal import InternetMessage
internal import Ledger
internal import LinuxSystem
package import Policy

/// What is told to those whom `notify` names, by mail, and to `notify_command`: a quota was
/// reached, or nearly so, or a user was suspended.
///
/// The ledger decides whether it is due, and counts it as sent before it is sent: killing this
/// process in between loses one notice and gains none. The mail's envelope sender is null and it
/// says Auto-Submitted: (RFC 3834 §2), so nothing answers it. It says only what the user's own
/// refusals and its own journal say, and shows no recipient to another.
package struct Notice: Sendable {
  /// What it is about.
  package enum Subject: Sendable {
    case quota(QuotaExcess)
    case nearing(QuotaLevel)
    case suspension(Suspension)
  }

  /// nil = `notify` names nobody who has an address.
  private let mail: AdministratorsMail?
  /// nil = `notify_command` is empty.
  private let command: NoticeCommand?
  /// The whole message, with LF line ends.
  let text: [UInt8]
  /// The same as one JSON object, and a line feed.
  let json: [UInt8]

  /// Writes a notice.
  ///
  /// - Parameters:
  ///   - subject: What it is about.
  ///   - uid: The user.
  ///   - user: The name that texts show.
  ///   - entry: The user's entry; nil = none.
  ///   - configuration: postern.cf, its `default_domain` completed.
  ///   - now: Seconds since 1970.
  ///
  /// nil = nobody is to hear of it.
  package init?(
    _ subject: Subject, uid: UInt32, user: [UInt8], entry: SenderEntry?,
    configuration: Configuration, now: UInt64 = Clock.seconds()
  ) {
    let recipients = configuration.notify.compactMap { notifiee in
      switch notifiee {
      case .address(let address): address.written
      case .user: (entry?.rules.contact ?? entry?.ownAddress(configuration))?.written
      }
    }
    mail =
      recipients.isEmpty
      ? nil : AdministratorsMail(path: configuration.sendmailPath, to: recipients)
    command =
      configuration.notifyCommand.isEmpty ? nil : NoticeCommand(configuration.notifyCommand)
    guard mail != nil || command != nil else { return nil }
    let name = Diagnostics.shown(user, limit: 64)
    let culprit = entry == nil ? nil : Culprit(of: uid, in: configuration, now: now)
    let text = NoticeText(
      subject: subject, user: name,
      description: name == "uid:\(uid)" ? name : "\(name) (uid \(uid))",
      host: Diagnostics.shown(Host.nodeName(), limit: 64),
      interval: configuration.quotaNoticeInterval,
      culprit: culprit?.lines ?? [])
    self.text = text.message(from: configuration.defaultDomain)
    json =
      NoticeJSON(
        subject: subject, uid: uid, user: user, time: now, title: text.title,
        decisions: culprit?.named ?? []
      ).line
  }

  /// Starts the real sendmail on it, and `notify_command`, as postern, and waits for nothing.
  ///
  /// A notice that cannot be sent changes nothing: the decision has been made and logged.
  ///
  /// - Parameter facility: Where a command that fails is logged.
  package func send(_ facility: SyslogFacility) {
    mail?.launch(text)
    command?.launch(json, facility)
  }
}

/// The words of a notice.
private struct NoticeText {
  let subject: Notice.Subject
  let user: String
  let description: String
  let host: String
  /// `quota_notice_interval`, in seconds.
  let interval: UInt32
  /// What the user has tried to send, and what with.
  let culprit: [String]

  /// The header section and the body; Postfix adds Date: and Message-ID:.
  func message(from domain: [UInt8]?) -> [UInt8] {
    let author = "postmaster" + (domain.map { "@" + String(decoding: $0, as: UTF8.self) } ?? "")
    let lines =
      [
        "From: Postern <\(author)>", "To: undisclosed-recipients:;", "Subject: \(title)",
        "Auto-Submitted: auto-generated", "",
      ] + paragraphs
    return [UInt8](lines.map { $0 + "\n" }.joined().utf8)
  }

  var title: String {
    switch subject {
    case .quota(let excess):
      "Postern on \(host): \(user) has reached \(excess.limit) \(Self.unit(excess.level))"
    case .nearing(let level):
      "Postern on \(host): \(user) has used \(level.used) of \(level.limit) \(Self.unit(level))"
    case .suspension: "Postern on \(host): \(user) is suspended"
    }
  }

  private var paragraphs: [String] {
    switch subject {
    case .quota(let excess):
      [
        "\(description) has used \(excess.used)/\(excess.limit) \(Self.unit(excess.level)).",
        "Mail that would exceed this is refused (\(Self.reason(excess))).", Self.nextFree(excess),
      ] + next(excess.level) + culprit + commands(excess.level)
    case .nearing(let level):
      [
        "\(description) has used \(level.used)/\(level.limit) \(Self.unit(level)).",
        "Nothing is refused yet; mail beyond the limit will be.",
      ] + next(level) + culprit + commands(level)
    case .suspension(let suspension):
      [
        "\(description) is suspended: all mail is refused (user-suspended).",
        "Reason: \(Diagnostics.shown(suspension.reason, limit: 200))",
        "Since: \(Self.time(suspension.since)), by: \(suspension.origin.rawValue)",
        suspension.until.map { "Until: \(Self.time($0))" } ?? "Until somebody ends it",
      ] + culprit + [
        "", "For details, or to end the suspension, the administrator can run", "",
        "    postern log \(user)", "    postern quota status \(user)", "    postern resume \(user)",
      ]
    }
  }

  private func next(_ level: QuotaLevel) -> [String] {
    ["", "The next notice about this limit is sent in \(wait(level)) at the earliest."]
  }

  private func commands(_ level: QuotaLevel) -> [String] {
    [
      "", "For details, or to stop all mail of this user, the administrator can run", "",
      "    postern log \(user)", "    postern quota status \(user)",
      "    postern suspend \(user)",
      "", "and, to let it send more for a while,", "",
      "    postern raise --for 2h \(user) \(level.setting)=\(Self.more(level))",
    ]
  }

  /// The time until the next notice about the same limit.
  private func wait(_ level: QuotaLevel) -> String {
    if level.period == .day, interval < 86_400 { return "a day" }
    if interval == 3_600 { return "an hour" }
    return interval % 60 == 0 ? "\(interval / 60) minutes" : "\(interval) seconds"
  }

  private static func unit(_ level: QuotaLevel) -> String {
    (level.resource == .messages ? "messages" : "recipients")
      + (level.period == .hour ? " per hour" : " per day")
  }

  /// Twice the limit; where it is 0, or would not fit, there is no such number.
  private static func more(_ level: QuotaLevel) -> String {
    let (double, overflow) = level.limit.multipliedReportingOverflow(by: 2)
    return overflow || double == 0 ? "unlimited" : "\(double)"
  }

  private static func reason(_ excess: QuotaExcess) -> String {
    let code: ReasonCode = excess.resource == .messages ? .quotaMessages : .quotaRecipients
    return code.rawValue
  }

  private static func nextFree(_ excess: QuotaExcess) -> String {
    excess.nextFree.map { "More can be sent at \(time($0))." }
      ?? "Waiting does not help; the limit is too low."
  }

  private static func time(_ seconds: UInt64) -> String {
    var text: [UInt8] = []
    text.append(time: seconds)
    return String(decoding: text, as: UTF8.self)
  }
}
