internal import InternetMessage
internal import Ledger
internal import LinuxSystem
package import Policy

/// One mail to those whom `notify` names: a quota was reached, or a user was suspended.
///
/// The ledger decides whether it is due, and counts it as sent before it is sent: killing this
/// process in between loses one notice and gains none. Its envelope sender is null and it says
/// Auto-Submitted: (RFC 3834 §2), so nothing answers it. It says only what the user's own refusals
/// and its own journal say, and shows no recipient to another.
package struct Notice: Sendable {
  /// What it is about.
  package enum Subject: Sendable {
    case quota(QuotaExcess)
    case suspension(Suspension)
  }

  private let mail: AdministratorsMail
  /// The whole message, with LF line ends.
  let text: [UInt8]

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
  /// nil = `notify` names nobody who has an address.
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
    guard !recipients.isEmpty else { return nil }
    mail = AdministratorsMail(path: configuration.sendmailPath, to: recipients)
    let name = Diagnostics.shown(user, limit: 64)
    let text = NoticeText(
      subject: subject, user: name,
      description: name == "uid:\(uid)" ? name : "\(name) (uid \(uid))",
      host: Diagnostics.shown(Host.nodeName(), limit: 64),
      interval: configuration.quotaNoticeInterval,
      culprit: entry == nil ? [] : Culprit(of: uid, in: configuration, now: now).lines)
    self.text = text.message(from: configuration.defaultDomain)
  }

  /// Starts the real sendmail on it, as postern, and waits for nothing.
  ///
  /// A notice that cannot be sent changes nothing: the decision has been made and logged.
  package func send() { mail.launch(text) }
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

  private var title: String {
    switch subject {
    case .quota(let excess):
      "Postern on \(host): \(user) has reached \(excess.limit) \(Self.unit(excess))"
    case .suspension: "Postern on \(host): \(user) is suspended"
    }
  }

  private var paragraphs: [String] {
    switch subject {
    case .quota(let excess):
      [
        "\(description) has used \(excess.used)/\(excess.limit) \(Self.unit(excess)).",
        "Mail that would exceed this is refused (\(Self.reason(excess))).", Self.nextFree(excess),
        "",
        "The next notice about this limit is sent in \(wait(excess)) at the earliest.",
      ] + culprit + [
        "", "For details, or to stop all mail of this user, the administrator can run", "",
        "    postern log \(user)", "    postern quota status \(user)",
        "    postern suspend \(user)",
        "", "and, to let it send more for a while,", "",
        "    postern raise --for 2h \(user) \(Self.setting(excess))=\(Self.more(excess))",
      ]
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

  /// The time until the next notice about the same limit.
  private func wait(_ excess: QuotaExcess) -> String {
    if excess.period == .day, interval < 86_400 { return "a day" }
    if interval == 3_600 { return "an hour" }
    return interval % 60 == 0 ? "\(interval / 60) minutes" : "\(interval) seconds"
  }

  private static func unit(_ excess: QuotaExcess) -> String {
    (excess.resource == .messages ? "messages" : "recipients")
      + (excess.period == .hour ? " per hour" : " per day")
  }

  private static func setting(_ excess: QuotaExcess) -> String {
    (excess.resource == .messages ? "messages_per_" : "recipients_per_")
      + (excess.period == .hour ? "hour" : "day")
  }

  /// Twice the limit; where it is 0, or would not fit, there is no such number.
  private static func more(_ excess: QuotaExcess) -> String {
    let (double, overflow) = excess.limit.multipliedReportingOverflow(by: 2)
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
