internal import Ledger
internal import LinuxSystem
internal import Policy

/// A notice for `notify_command`.
///
///     notice = {"event":S,"time":N,"host":S,"uid":N,"user":S,"title":S,"limit":limit/null,
///               "next_free":N/null,"suspended":order/null,"decisions":[decision...]}
///     event  = "quota-reached" / "quota-near" / "suspended"
///     limit  = {"name":S,"used":N,"limit":N}
///     order  = {"reason":S,"by":S,"since":N,"until":N/null}
///
/// `decision` is that of `LoggedDecision.json`; there are at most ten. Names and their order are
/// part of the contract with administrators' programs.
struct NoticeJSON {
  let subject: Notice.Subject
  let uid: UInt32
  let user: [UInt8]
  /// Seconds since 1970.
  let time: UInt64
  /// The subject of the mail.
  let title: String
  /// What the user has tried to send.
  let decisions: [LoggedDecision]

  /// The object and a line feed.
  var line: [UInt8] {
    let fields = [
      "\"event\":\"\(event)\"", "\"time\":\(time)",
      "\"host\":" + JSONText.string(Host.nodeName()), "\"uid\":\(uid)",
      "\"user\":" + JSONText.string(user), "\"title\":" + JSONText.string([UInt8](title.utf8)),
      "\"limit\":" + (level.map(Self.json) ?? "null"), "\"next_free\":" + Self.json(nextFree),
      "\"suspended\":" + order,
      "\"decisions\":[" + decisions.map { $0.json }.joined(separator: ",") + "]",
    ]
    return [UInt8]("{\(fields.joined(separator: ","))}\n".utf8)
  }

  private var event: String {
    switch subject {
    case .quota: "quota-reached"
    case .nearing: "quota-near"
    case .suspension: "suspended"
    }
  }

  private var level: QuotaLevel? {
    switch subject {
    case .quota(let excess): excess.level
    case .nearing(let level): level
    case .suspension: nil
    }
  }

  private var nextFree: UInt64? {
    guard case .quota(let excess) = subject else { return nil }
    return excess.nextFree
  }

  private var order: String {
    guard case .suspension(let suspension) = subject else { return "null" }
    return "{\"reason\":" + JSONText.string(suspension.reason)
      + ",\"by\":\"\(suspension.origin.rawValue)\",\"since\":\(suspension.since)"
      + ",\"until\":\(Self.json(suspension.until))}"
  }

  private static func json(_ level: QuotaLevel) -> String {
    "{\"name\":\"\(level.setting)\",\"used\":\(level.used),\"limit\":\(level.limit)}"
  }

  private static func json(_ number: UInt64?) -> String { number.map { "\($0)" } ?? "null" }
}

extension QuotaLevel {
  /// The parameter that sets the limit.
  var setting: String {
    (resource == .messages ? "messages_per_" : "recipients_per_")
      + (period == .hour ? "hour" : "day")
  }
}
