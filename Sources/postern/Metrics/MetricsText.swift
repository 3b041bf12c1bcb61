internal import Policy
internal import Submission

/// Figures in the text format of Prometheus.
struct MetricsText {
  /// Who is active.
  private let users: [QuotaReader.User]
  private let map: MapContents
  private let fill: StateFill
  private let total: Counters
  /// Those of each user with a record.
  private var byUser: [UInt32: Counters] = [:]

  /// Takes everybody with a record, the map, how full the state file is, and what was counted
  /// before.
  init(
    _ recorded: [QuotaReader.User], _ map: MapContents, _ fill: StateFill,
    _ lasting: inout LastingCounters
  ) {
    for user in recorded {
      byUser[user.row.uid] = lasting.take(user.usage.counters, of: user.row.uid)
    }
    total = lasting.total()
    users = recorded.filter(\.row.isActive).sorted { $0.row.uid < $1.row.uid }
    self.map = map
    self.fill = fill
  }

  /// The series whose number does not depend on the number of users.
  var all: String { counters + windows + state }

  /// Five series a user.
  var perUser: String {
    func series(_ value: (QuotaReader.User) -> UInt64) -> [(String, UInt64)] {
      users.map { (Self.labels($0.row), value($0)) }
    }
    func sums(_ value: (Counters) -> UInt64) -> [(String, UInt64)] {
      series { byUser[$0.row.uid].map(value) ?? 0 }
    }
    return Self.metric(
      "postern_user_messages_permitted_total", .counter, "Messages permitted, by user.",
      sums { $0.messages })
      + Self.metric(
        "postern_user_recipients_permitted_total", .counter, "Their recipients.",
        sums { $0.recipients })
      + Self.metric(
        "postern_user_messages_refused_total", .counter, "Messages refused, by user.",
        sums { $0.refused.reduce(0, &+) })
      + Self.metric(
        "postern_user_near_limit", .gauge, "1 = four fifths of a limit are used.",
        series { $0.row.isNearLimit ? 1 : 0 })
      + Self.metric(
        "postern_user_suspended", .gauge, "1 = may send nothing.",
        series { $0.row.suspended == nil ? 0 : 1 })
  }

  // MARK: - Groups

  private var counters: String {
    func byReason(_ value: (Counters, ReasonCode) -> UInt64) -> [(String, UInt64)] {
      // What concerns the machine or the installation is not charged to anybody.
      ReasonCode.allCases.filter { !$0.kind.isOfTheServer }.map { reason in
        ("reason=\"\(reason.rawValue)\"", value(total, reason))
      }
    }
    return Self.metric(
      "postern_messages_permitted_total", .counter, "Messages permitted.",
      [("", total.messages)])
      + Self.metric(
        "postern_recipients_permitted_total", .counter, "Recipients of permitted messages.",
        [("", total.recipients)])
      + Self.metric(
        "postern_messages_rewritten_total", .counter,
        "Permitted messages whose From: from_policy = rewrite has replaced.",
        [("", total.rewritten)])
      + Self.metric(
        "postern_messages_repaired_total", .counter,
        "Permitted messages with an identity field put into canonical form.",
        [("", total.repaired)])
      + Self.metric(
        "postern_messages_refused_total", .counter, "Messages refused, by reason code.",
        byReason { $0.refused($1) })
      + Self.metric(
        "postern_messages_audited_total", .counter,
        "Messages that only mode = audit let pass, by reason code.", byReason { $0.waived($1) })
  }

  private var windows: String {
    func sums(_ value: (SlidingWindow) -> UInt64) -> [(String, UInt64)] {
      [("hour", QuotaPeriod.hour), ("day", .day)].map { name, period in
        ("window=\"\(name)\"", users.reduce(0) { $0 &+ value($1.usage.window(period)) })
      }
    }
    return Self.metric(
      "postern_window_messages", .gauge, "Messages charged within the last hour or day.",
      sums { $0.used(.messages) })
      + Self.metric(
        "postern_window_recipients", .gauge, "Recipients charged within the last hour or day.",
        sums { $0.used(.recipients) })
      + Self.metric(
        "postern_window_refused", .gauge, "Messages refused within the last hour or day.",
        sums { $0.refused })
  }

  private var state: String {
    func byLimit(_ test: (QuotaRow.Count) -> Bool) -> [(String, UInt64)] {
      let names = [
        "messages_per_hour", "messages_per_day", "recipients_per_hour", "recipients_per_day",
      ]
      return names.enumerated().map { place, name in
        ("limit=\"\(name)\"", UInt64(users.count { test($0.row.limits[place].count) }))
      }
    }
    let inMap = map.entries.count { $0.suspended != nil }
    let source = map.header.source
    return Self.metric(
      "postern_active_users", .gauge, "Users with mail in the last 24 hours, or suspended.",
      [("", UInt64(users.count))])
      + Self.metric(
        "postern_users_near_limit", .gauge, "Users who have used four fifths of a limit or more.",
        byLimit(\.isNearLimit))
      + Self.metric(
        "postern_users_at_limit", .gauge, "Users who have used up a limit.", byLimit(\.isReached))
      + Self.metric(
        "postern_users_suspended", .gauge, "Suspended users, by what suspends them.",
        [("by=\"map\"", UInt64(inMap))]
          + Suspension.Origin.allCases.map { origin in
            (
              "by=\"\(origin.rawValue)\"",
              UInt64(users.count { $0.suspension?.origin == origin })
            )
          })
      + Self.metric(
        "postern_torn_records", .gauge, "Users blocked because their record was damaged.",
        [("", UInt64(users.count { $0.usage.tornSince != nil }))])
      + Self.metric(
        "postern_state_records", .gauge, "Records of the state file that are in use.",
        [("", UInt64(fill.used))])
      + Self.metric(
        "postern_state_capacity", .gauge, "Records that the state file has room for.",
        [("", UInt64(StateFill.capacity))])
      + Self.metric(
        "postern_map_entries", .gauge, "Entries of the compiled map.",
        [("", UInt64(map.entries.count))])
      + Self.metric(
        "postern_map_built_timestamp_seconds", .gauge, "When the map was built.",
        [("", source.builtAt)])
      + Self.metric(
        "postern_map_stale", .gauge, "1 = senders or postern.cf has changed since.",
        [("", map.isStale ? 1 : 0)])
      + Self.metric(
        "postern_audit_mode", .gauge, "1 = mode = audit is in force.",
        [("", map.configuration.mode == .audit ? 1 : 0)])
  }

  // MARK: - Format

  private enum Kind: String { case counter, gauge }

  private static func metric(
    _ name: String, _ kind: Kind, _ help: String, _ samples: [(labels: String, value: UInt64)]
  ) -> String {
    var text = "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    for sample in samples {
      text += sample.labels.isEmpty ? name : "\(name){\(sample.labels)}"
      text += " \(sample.value)\n"
    }
    return text
  }

  private static func labels(_ row: QuotaRow) -> String {
    let name = TerminalText.printable(row.user).flatMap { character in
      character == "\"" || character == "\\" ? "\\\(character)" : String(character)
    }
    return "user=\"\(String(name))\",uid=\"\(row.uid)\""
  }
}
