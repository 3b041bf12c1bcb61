internal import Policy
internal import Submission

/// Who has sent what in the last hours: figures of the state file, and what the journals say.
struct Report: Equatable {
  /// Messages of a piece of time.
  struct Cell: Equatable {
    var permitted: UInt64 = 0
    var refused: UInt64 = 0
    var attempts: UInt64 { permitted + refused }
  }

  /// One site.
  struct Site: Equatable {
    var name: String
    var uid: UInt32
    /// The oldest first.
    var cells: [Cell]
    var recipients: UInt64
    /// The limit of which most is used, for example `messages_per_hour 96/100`; nil = none is near.
    var nearLimit: String?
    /// Why it is suspended; nil = it is not.
    var suspended: String?

    var permitted: UInt64 { cells.reduce(0) { $0 + $1.permitted } }
    var refused: UInt64 { cells.reduce(0) { $0 + $1.refused } }
    var attempts: UInt64 { permitted + refused }
  }

  /// What many messages have in common: a script, a directory, a domain.
  struct Origin: Equatable {
    var value: String
    var site: String
    var messages: Cell
  }

  /// A reason code, and how many messages it has refused.
  struct Refused: Equatable {
    var reason: String
    var count: UInt64
  }

  var host: String
  /// Seconds since 1970.
  var now: UInt64
  var period: ReportPeriod
  /// The busiest first, refused messages included.
  var sites: [Site]
  var refused: [Refused] = []
  var rewritten: UInt64 = 0
  var repaired: UInt64 = 0
  var scripts: [Origin] = []
  var directories: [Origin] = []
  var domains: [Origin] = []
  /// How many decisions of how many sites `scripts`, `directories` and `domains` are about.
  var decisions = 0
  var examined = 0

  /// The sums of all sites, the oldest first.
  var cells: [Cell] {
    var sums = [Cell](repeating: Cell(), count: period.cellCount)
    for site in sites {
      for (index, cell) in site.cells.enumerated() {
        sums[index].permitted += cell.permitted
        sums[index].refused += cell.refused
      }
    }
    return sums
  }
  var permittedCount: UInt64 { sites.reduce(0) { $0 + $1.permitted } }
  var refusedCount: UInt64 { sites.reduce(0) { $0 + $1.refused } }
  var activeCount: Int { sites.count { $0.attempts > 0 } }
  var suspended: [Site] { sites.filter { $0.suspended != nil } }
  var nearLimit: [Site] { sites.filter { $0.nearLimit != nil } }
}

/// The time that a report is about, in pieces.
struct ReportPeriod: Equatable {
  /// How many hours; 1 is shown by five minutes, more by the hour.
  let hours: Int

  /// What the state file remembers.
  static let longest = 24

  var cellCount: Int { hours == 1 ? Sparkline.width : hours }
  var secondsPerCell: UInt64 { hours == 1 ? UInt64(Sparkline.minutesPerCell) * 60 : 3_600 }
  /// For texts: "hour" or "24 hours".
  var text: String { hours == 1 ? "hour" : "\(hours) hours" }

  /// The messages of a user, the oldest first.
  func cells(_ usage: Usage) -> [Report.Cell] {
    let steps = hours == 1 ? usage.hour.steps : usage.day.steps
    let perCell = hours == 1 ? Sparkline.minutesPerCell : 1
    var cells = [Report.Cell](repeating: Report.Cell(), count: cellCount)
    for (age, step) in steps.prefix(cellCount * perCell).enumerated() {
      let cell = cellCount - 1 - age / perCell
      cells[cell].permitted += UInt64(step.messages)
      cells[cell].refused += UInt64(step.refused)
    }
    return cells
  }

  /// The recipients of a user.
  func recipients(_ usage: Usage) -> UInt64 {
    let steps = hours == 1 ? usage.hour.steps : usage.day.steps
    return steps.prefix(hours == 1 ? 60 : hours).reduce(0) { $0 + UInt64($1.recipients) }
  }
}

extension Report {
  /// Puts the figures of the state file together.
  ///
  /// - Parameters:
  ///   - users: Everybody who is wanted.
  ///   - host: The name of the machine.
  ///   - period: The time in question.
  ///   - now: Seconds since 1970.
  init(_ users: [QuotaReader.User], host: String, period: ReportPeriod, now: UInt64) {
    self.host = host
    self.now = now
    self.period = period
    sites = users.map { Site($0, period) }.filter { $0.attempts > 0 || $0.suspended != nil }
      .sorted { ($1.attempts, $0.uid) < ($0.attempts, $1.uid) }
    let counters = users.map(\.usage.counters)
    refused = ReasonCode.allCases.map { reason in
      Refused(reason: reason.rawValue, count: counters.reduce(0) { $0 &+ $1.refused(reason) })
    }.filter { $0.count > 0 }.sorted { ($1.count, $0.reason) < ($0.count, $1.reason) }
    rewritten = counters.reduce(0) { $0 &+ $1.rewritten }
    repaired = counters.reduce(0) { $0 &+ $1.repaired }
  }

  /// Adds what the journals of the busiest sites say.
  ///
  /// - Parameters:
  ///   - entries: Their decisions; those before the period do not count.
  ///   - examined: How many sites they are from.
  mutating func add(_ entries: [LogEntry], examined: Int) {
    let start = now - min(now, UInt64(period.hours) * 3_600)
    let recent = entries.filter { $0.time >= start }
    self.examined = examined
    decisions = recent.count
    // Where PHP names no script, the process that has started the program says at least which pool
    // or which job it was.
    scripts = Self.origins(recent) { ($0.script ?? $0.process).map { [$0] } ?? [] }
    directories = Self.origins(recent) { $0.directory.map { [$0] } ?? [] }
    domains = Self.origins(recent) { $0.domains?.split(separator: ",").map(String.init) ?? [] }
  }

  private static func origins(
    _ entries: [LogEntry], _ values: (LogEntry) -> [String]
  ) -> [Origin] {
    struct Key: Hashable {
      var site: String
      var value: String
    }
    var sums: [Key: Cell] = [:]
    for entry in entries {
      for value in values(entry) {
        let isRefused = entry.verdict == DecisionVerdict.reject.rawValue
        sums[Key(site: entry.user, value: value), default: Cell()].permitted += isRefused ? 0 : 1
        sums[Key(site: entry.user, value: value), default: Cell()].refused += isRefused ? 1 : 0
      }
    }
    return sums.map { Origin(value: $0.key.value, site: $0.key.site, messages: $0.value) }
      .sorted {
        ($1.messages.attempts, $0.site, $0.value) < ($0.messages.attempts, $1.site, $1.value)
      }
  }
}

extension Report.Site {
  fileprivate init(_ user: QuotaReader.User, _ period: ReportPeriod) {
    name = String(decoding: user.row.user, as: UTF8.self)
    uid = user.row.uid
    cells = period.cells(user.usage)
    recipients = period.recipients(user.usage)
    suspended = user.row.suspended.map { String(decoding: $0, as: UTF8.self) }
    let near = user.row.limits.filter { $0.count.isNearLimit }
    nearLimit = near.first.map { "\($0.name) \($0.count.used)/\($0.count.limit ?? 0)" }
  }
}
