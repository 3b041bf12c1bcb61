internal import Ledger
internal import Policy
internal import Submission

/// The quotas of a fleet as a table, and as JSON: what `postern quota status --fleet` prints.
struct SharedUsageTable {
  let usages: [SharedUsage]
  /// What this machine's map permits for a name; nil = it has none of that name.
  let limits: ([UInt8]) -> QuotaLimits?

  private static let head = ["NAME", "MSGS/H", "RCPTS/H", "MSGS/D", "RCPTS/D", "SERVERS"]

  /// For people; names are cut and made printable.
  var text: String {
    let rows = [Self.head] + usages.map(cells)
    let widths = Self.head.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let padded = zip(row, widths).enumerated().map { column, cell in
        let blanks = String(repeating: " ", count: cell.1 - cell.0.count)
        return column == 0 ? cell.0 + blanks : blanks + cell.0
      }
      return padded.joined(separator: "  ") + "\n"
    }.joined()
  }

  private func cells(_ usage: SharedUsage) -> [String] {
    let limits = limits(usage.name)
    func cell(_ used: UInt32, _ resource: QuotaResource, _ period: QuotaPeriod) -> String {
      guard let limits else { return "\(used)" }
      return "\(used)/\(limits.limit(of: resource, per: period).value.map { "\($0)" } ?? "-")"
    }
    return [
      Diagnostics.shown(usage.name, limit: 40), cell(usage.hour.messages, .messages, .hour),
      cell(usage.hour.recipients, .recipients, .hour), cell(usage.day.messages, .messages, .day),
      cell(usage.day.recipients, .recipients, .day), "\(usage.servers)",
    ]
  }

  /// For programs: an array on one line.
  var json: String {
    let objects = usages.map { usage in
      let limits = limits(usage.name)
      func pair(_ used: UInt32, _ resource: QuotaResource, _ period: QuotaPeriod) -> JSON {
        let limit = limits.flatMap { $0.limit(of: resource, per: period).value }
        return .object([
          ("used", .number(UInt64(used))), ("limit", .optional(limit) { .number(UInt64($0)) }),
        ])
      }
      func both(_ resource: QuotaResource, _ hour: UInt32, _ day: UInt32) -> JSON {
        .object([("hour", pair(hour, resource, .hour)), ("day", pair(day, resource, .day))])
      }
      return JSON.object([
        ("name", .string(usage.name)),
        ("messages", both(.messages, usage.hour.messages, usage.day.messages)),
        ("recipients", both(.recipients, usage.hour.recipients, usage.day.recipients)),
        ("servers", .number(usage.servers)),
      ])
    }
    return JSON.array(objects).line + "\n"
  }
}
