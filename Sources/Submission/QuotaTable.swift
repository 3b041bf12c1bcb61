internal import Policy

/// Quota rows as a table for people: aligned, within 100 columns unless numbers are very large.
///
///     USER   UID  MSGS/H            MSGS/D  RCPTS/H  RCPTS/D  LEFT  REFUSED  FREE IN   LAST
///     alice  1001  12/100  #.......  40/-    40/500   120/-      88        3  -         4m ago
package struct QuotaTable: Sendable {
  private let rows: [QuotaRow]
  private let now: UInt64

  /// Takes rows, those nearest to a limit first.
  ///
  /// - Parameters:
  ///   - rows: One row a user.
  ///   - now: Seconds since 1970.
  package init(_ rows: [QuotaRow], now: UInt64) {
    self.rows = rows.sorted(by: Self.usesMore)
    self.now = now
  }

  /// The rows in the order of the table.
  package var sortedRows: [QuotaRow] { rows }

  /// The lines, the heading first, each without its line feed.
  package var lines: [String] {
    let cells = [Self.heading] + rows.map(cells)
    let widths = Self.heading.indices.map { column in
      cells.map { $0[column].count }.max() ?? 0
    }
    return cells.map { row in
      let padded = row.indices.map { column in
        let filler = String(repeating: " ", count: widths[column] - row[column].count)
        return Self.rightAligned.contains(column) ? filler + row[column] : row[column] + filler
      }
      let line = padded.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
  }

  // MARK: - Order

  /// More of the hour's messages first, then of the day's, then by UID, so that the order is total.
  private static func usesMore(_ first: QuotaRow, _ second: QuotaRow) -> Bool {
    let left = [first.messages.hour.used, first.messages.day.used, first.refusedInHour]
    let right = [second.messages.hour.used, second.messages.day.used, second.refusedInHour]
    if left != right { return right.lexicographicallyPrecedes(left) }
    return first.uid < second.uid
  }

  // MARK: - Cells

  private static let heading = [
    "USER", "UID", "MSGS/H", "", "MSGS/D", "RCPTS/H", "RCPTS/D", "LEFT", "REFUSED", "FREE IN",
    "LAST", "",
  ]
  private static let rightAligned: Set = [1, 7, 8]
  /// The longest user name shown whole, in characters.
  private static let nameWidth = 16
  private static let barWidth = 8

  private func cells(_ row: QuotaRow) -> [String] {
    [
      Self.name(row.user), "\(row.uid)",
      Self.text(row.messages.hour), Self.bar(row.messages.hour), Self.text(row.messages.day),
      Self.text(row.recipients.hour), Self.text(row.recipients.day),
      row.left.map { "\($0)" } ?? "-", "\(row.refusedInHour)",
      freeIn(row), row.lastMessage.map { Self.ago($0, now: now) } ?? "-", Self.note(row),
    ]
  }

  private static func name(_ user: [UInt8]) -> String {
    let text = printable(user)
    return text.count <= nameWidth ? text : text.prefix(nameWidth - 1) + "~"
  }

  /// Text of root's own files; control characters are replaced all the same, since the table is
  /// shown on a terminal.
  private static func printable(_ bytes: [UInt8]) -> String {
    var text = ""
    for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
      let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
      text.unicodeScalars.append(isControl ? "?" : scalar)
    }
    return text
  }

  private static func text(_ count: QuotaRow.Count) -> String {
    "\(count.used)/" + (count.limit.map { "\($0)" } ?? "-")
  }

  /// A bar that is full exactly when the limit is reached, and not empty when anything is used.
  private static func bar(_ count: QuotaRow.Count) -> String {
    guard let limit = count.limit else { return String(repeating: " ", count: barWidth) }
    let used = min(count.used, UInt64(limit))
    let width = UInt64(barWidth)
    let filled: UInt64 =
      used == UInt64(limit)
      ? width : min(width - 1, (used * width + UInt64(limit) - 1) / UInt64(limit))
    return String(repeating: "#", count: Int(filled))
      + String(repeating: ".", count: barWidth - Int(filled))
  }

  /// How long until a message is granted: `now` is told by `-`, a limit of 0 by `never`.
  private func freeIn(_ row: QuotaRow) -> String {
    guard row.left == 0 else { return "-" }
    guard let nextFree = row.nextFree else { return "never" }
    let seconds = nextFree - min(nextFree, now)
    return [seconds / 3_600, seconds / 60 % 60, seconds % 60].map {
      ($0 < 10 ? "0" : "") + "\($0)"
    }.joined(separator: ":")
  }

  /// How long ago something was, in its largest unit.
  ///
  /// - Parameters:
  ///   - time: When it was, in seconds since 1970.
  ///   - now: Seconds since 1970.
  /// - Returns: For example `4m ago`.
  package static func ago(_ time: UInt64, now: UInt64) -> String {
    let seconds = now - min(now, time)
    return switch seconds {
    case ..<60: "\(seconds)s ago"
    case ..<3_600: "\(seconds / 60)m ago"
    case ..<86_400: "\(seconds / 3_600)h ago"
    default: "\(seconds / 86_400)d ago"
    }
  }

  private static func note(_ row: QuotaRow) -> String {
    var notes: [String] = []
    if row.mode == .audit { notes.append("audit") }
    if let reason = row.suspended { notes.append("suspended: " + printable(reason)) }
    return notes.joined(separator: ", ")
  }
}
