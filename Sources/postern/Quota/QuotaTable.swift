internal import Policy
internal import Submission

/// Quota rows as a table for people that is never wider than its screen.
///
///     USER    UID  MSGS/H    MSGS/D  RCPTS/H  RCPTS/D  LEFT  WAIT  REF/H  LAST  60 MINUTES
///     alice  1001  12/100    40/-    40/500   120/-      88  -         3  4m          ▁▁▂█
struct QuotaTable: Sendable {
  /// One user.
  struct Line: Sendable {
    var row: QuotaRow
    /// nil = not known: the drop-in does not tell it to ordinary users.
    var sparkline: Sparkline?
    /// What else there is to tell; nil = nothing.
    var note: String?
  }

  /// What the terminal can show.
  struct Look: Sendable {
    /// Characters in a line.
    var columns = 80
    var hasColors = false
    /// Whether only ASCII can be shown.
    var isPlain = true
  }

  /// Which users come first.
  enum Order: CaseIterable, Sendable {
    case busiest, mostRefused, leastLeft, name

    /// As the screen says it.
    var text: String {
      switch self {
      case .busiest: "busiest first"
      case .mostRefused: "most refused first"
      case .leastLeft: "least left first"
      case .name: "by name"
      }
    }

    /// The one after it; the first after the last.
    var next: Order {
      let place = Self.allCases.firstIndex(of: self) ?? 0
      return Self.allCases[(place + 1) % Self.allCases.count]
    }
  }

  private let sorted: [Line]
  private let now: UInt64

  /// Takes lines.
  ///
  /// - Parameters:
  ///   - lines: One a user.
  ///   - top: How many of them count.
  ///   - now: Seconds since 1970.
  init(_ lines: [Line], top: Int = .max, now: UInt64) {
    sorted = Array(lines.sorted { Self.usesMore($0.row, $1.row) }.prefix(top))
    self.now = now
  }

  private init(sorted: [Line], now: UInt64) {
    self.sorted = sorted
    self.now = now
  }

  /// The same users in another order.
  func ordered(by order: Order) -> QuotaTable {
    let lines: [Line]
    switch order {
    case .busiest: return self
    case .mostRefused:
      lines = Self.stably(sorted) { $0.refusedInHour > $1.refusedInHour }
    case .leastLeft:
      lines = Self.stably(sorted) { $0.left ?? .max < $1.left ?? .max }
    case .name:
      lines = Self.stably(sorted) { $0.user.lexicographicallyPrecedes($1.user) }
    }
    return QuotaTable(sorted: lines, now: now)
  }

  /// Users who are alike stay in the order of their activity.
  private static func stably(
    _ lines: [Line], _ precedes: (QuotaRow, QuotaRow) -> Bool
  ) -> [Line] {
    lines.enumerated().sorted {
      precedes($0.element.row, $1.element.row)
        || (!precedes($1.element.row, $0.element.row) && $0.offset < $1.offset)
    }.map(\.element)
  }

  /// The rows in the order of the table.
  var rows: [QuotaRow] { sorted.map(\.row) }

  /// The lines of the screen, the heading first.
  ///
  /// - Parameters:
  ///   - look: What the terminal can show.
  ///   - height: The most lines.
  ///   - selected: The user whose row is marked, and is among them; nil = none.
  /// - Returns: Lines without their ends.
  func lines(_ look: Look, height: Int = .max, selected: UInt32? = nil) -> [String] {
    let place = sorted.firstIndex { $0.row.uid == selected } ?? 0
    let shown = sorted.dropFirst(max(0, place - height / 4)).prefix(height)
    let table = [Self.heading] + shown.map { cells($0, look, isSelected: $0.row.uid == selected) }
    let widths = Self.heading.indices.map { column in
      table.map { $0[column].count }.max() ?? 0
    }
    let columns = Self.columns(widths, look.columns, hasStates: widths[2] > 0)
    var lines = [line(table[0], columns, widths) { _ in look.hasColors ? .heading : nil }]
    for (index, user) in shown.enumerated() {
      lines.append(
        line(table[index + 1], columns, widths) { look.hasColors ? style(of: $0, user) : nil })
      if let note = user.note {
        lines += TerminalText.wrapped(note, to: look.columns - 4).map { "    " + $0 }
      }
      if let reason = user.row.suspended {
        let text = "suspended: " + TerminalText.printable(reason)
        lines += TerminalText.wrapped(text, to: look.columns - 4).map {
          "    " + TerminalText.styled($0, look.hasColors ? .alarm : nil)
        }
      }
    }
    return Array(lines.prefix(height))
  }

  // MARK: - Order

  /// More attempts in the last hour first, then in the last day, then by UID, so that the order is
  /// total.
  ///
  /// Refused messages count: a script whose every message is refused is the first to look at.
  private static func usesMore(_ first: QuotaRow, _ second: QuotaRow) -> Bool {
    func use(_ row: QuotaRow) -> [UInt64] {
      [row.messages.hour.used &+ row.refusedInHour, row.messages.day.used &+ row.refusedInDay]
    }
    let (left, right) = (use(first), use(second))
    if left != right { return right.lexicographicallyPrecedes(left) }
    return first.uid < second.uid
  }

  // MARK: - Columns

  private static let heading = [
    "USER", "UID", "", "MSGS/H", "MSGS/D", "RCPTS/H", "RCPTS/D", "LEFT", "WAIT", "REF/H", "LAST",
    "60 MINUTES",
  ]
  private static let rightAligned: Set = [1, 7, 9]
  /// What is left out first where the line is too short.
  private static let dispensable = [1, 6, 4, 10, 5, 9, 11, 8, 2]
  /// The longest user name shown whole, in characters.
  private static let nameWidth = 16

  private static func columns(_ widths: [Int], _ available: Int, hasStates: Bool) -> [Int] {
    var columns = heading.indices.filter { $0 != 2 || hasStates }
    for column in dispensable {
      let used = columns.map { widths[$0] + 2 }.reduce(-2, +)
      if used <= available { break }
      columns.removeAll { $0 == column }
    }
    return columns
  }

  private func line(
    _ cells: [String], _ columns: [Int], _ widths: [Int], style: (Int) -> TerminalText.Style?
  ) -> String {
    let padded = columns.enumerated().map { place, column in
      let filler = String(repeating: " ", count: widths[column] - cells[column].count)
      let text = TerminalText.styled(cells[column], style(column))
      let isLast = place == columns.count - 1
      return Self.rightAligned.contains(column)
        ? filler + text : isLast ? text : text + filler
    }
    return padded.joined(separator: "  ")
  }

  private func style(of column: Int, _ line: Line) -> TerminalText.Style? {
    switch column {
    case 2: return line.row.suspended != nil ? .alarm : nil
    case 3, 7: return line.row.left == 0 ? .alarm : line.row.isNearLimit ? .warning : nil
    case 9: return line.row.refusedInHour > 0 ? .warning : nil
    default: return nil
    }
  }

  // MARK: - Cells

  private func cells(_ line: Line, _ look: Look, isSelected: Bool) -> [String] {
    let row = line.row
    let name = (isSelected ? "> " : "") + TerminalText.printable(row.user)
    return [
      TerminalText.cut(name, to: Self.nameWidth), "\(row.uid)", Self.state(row),
      Self.text(row.messages.hour), Self.text(row.messages.day), Self.text(row.recipients.hour),
      Self.text(row.recipients.day), row.left.map { "\($0)" } ?? "-", wait(row),
      "\(row.refusedInHour)", row.lastMessage.map { Age.text(of: $0, now: now) } ?? "-",
      line.sparkline.map { String($0.cells(isPlain: look.isPlain)) } ?? "-",
    ]
  }

  private static func state(_ row: QuotaRow) -> String {
    row.suspended != nil ? "susp" : row.mode == .audit ? "audit" : ""
  }

  private static func text(_ count: QuotaRow.Count) -> String {
    "\(count.used)/" + (count.limit.map { "\($0)" } ?? "-")
  }

  /// How long until a message is granted: now is told by `-`, a limit of 0 or a suspension by
  /// `never`.
  private func wait(_ row: QuotaRow) -> String {
    guard row.left == 0 else { return "-" }
    guard let nextFree = row.nextFree else { return "never" }
    return Age.text(seconds: nextFree - min(nextFree, now))
  }
}

extension QuotaRow {
  /// Every limit with what is used of it.
  var limits: [(name: String, count: Count)] {
    [
      ("messages_per_hour", messages.hour), ("messages_per_day", messages.day),
      ("recipients_per_hour", recipients.hour), ("recipients_per_day", recipients.day),
    ]
  }

  /// Whether four fifths of a limit are used.
  var isNearLimit: Bool { limits.contains { $0.count.isNearLimit } }
}

extension QuotaRow.Count {
  /// Whether four fifths are used; a limit of 0 is not near, but shut.
  var isNearLimit: Bool { limit.map { $0 > 0 && used >= (UInt64($0) * 4 + 4) / 5 } ?? false }
  /// Whether all is used.
  var isReached: Bool { limit.map { used >= UInt64($0) } ?? false }
}
