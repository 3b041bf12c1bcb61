internal import Submission

/// A report in 80 columns.
struct ReportText {
  private let report: Report

  init(_ report: Report) { self.report = report }

  private static let columns = 80
  /// How many rows a list has at most.
  private static let rows = 20
  private static let nameColumns = 16
  private static let numberColumns = 12

  /// The whole text; values of others are printable, and cut to their column.
  var text: String {
    let lines =
      head + sites + origins("Scripts", report.scripts)
      + origins("Directories", report.directories) + origins("Recipients' domains", report.domains)
      + reasons + states
    return lines.map { $0 + "\n" }.joined()
  }

  private var head: [String] {
    let cells = report.cells
    var lines = [
      TerminalText.cut(
        "Postern on \(Self.shown(report.host)): the last \(report.period.text) until "
          + Diagnostics.shown(time: report.now), to: Self.columns),
      "",
      "\(report.permittedCount) messages permitted, \(report.refusedCount) refused, "
        + "\(report.activeCount) sites active, \(report.suspended.count) suspended",
      "",
    ]
    lines.append("permitted  |\(Self.curve(cells.map(\.permitted)))|")
    lines.append("refused    |\(Self.curve(cells.map(\.refused)))|")
    return lines
  }

  private var sites: [String] {
    guard !report.sites.isEmpty else { return ["", "No site has sent mail or had mail refused."] }
    var lines = ["", "Sites, the busiest first", ""]
    lines.append(Self.row(["SITE", "PERMITTED", "REFUSED", "RECIPIENTS"], last: "OVER TIME"))
    for site in report.sites.prefix(Self.rows) {
      lines.append(
        Self.row(
          [site.name, "\(site.permitted)", "\(site.refused)", "\(site.recipients)"],
          last: Self.curve(site.cells.map(\.attempts)) + (site.suspended == nil ? "" : " susp")))
    }
    return lines + Self.rest(report.sites.count)
  }

  private func origins(_ title: String, _ origins: [Report.Origin]) -> [String] {
    guard !origins.isEmpty else { return [] }
    var lines = [
      "", "\(title), of the last \(report.decisions) decisions about \(report.examined) sites", "",
    ]
    lines.append(Self.row(["SITE", "PERMITTED", "REFUSED"], last: "WHAT"))
    for origin in origins.prefix(Self.rows) {
      lines.append(
        Self.row(
          [origin.site, "\(origin.messages.permitted)", "\(origin.messages.refused)"],
          last: origin.value))
    }
    return lines + Self.rest(origins.count)
  }

  private var reasons: [String] {
    guard !report.refused.isEmpty || report.rewritten > 0 || report.repaired > 0 else { return [] }
    var lines = ["", "Refused since each site's record began, by reason", ""]
    lines += report.refused.map { "  \(Self.padded($0.reason, 24))\($0.count)" }
    lines.append(
      "  From: rewritten in \(report.rewritten) messages, identities repaired in \(report.repaired)"
    )
    return lines
  }

  private var states: [String] {
    var lines: [String] = []
    if !report.suspended.isEmpty { lines += ["", "Suspended", ""] }
    for site in report.suspended.prefix(Self.rows) {
      lines.append(Self.state(site, Self.shown(site.suspended ?? "")))
    }
    if !report.nearLimit.isEmpty { lines += ["", "Near a limit", ""] }
    for site in report.nearLimit.prefix(Self.rows) {
      lines.append(Self.state(site, site.nearLimit ?? ""))
    }
    return lines
  }

  private static func state(_ site: Report.Site, _ text: String) -> String {
    TerminalText.cut("  \(padded(site.name, nameColumns))  \(text)", to: columns)
  }

  // MARK: - Cells

  private static func row(_ cells: [String], last: String) -> String {
    let name = padded(cells[0], nameColumns)
    let numbers = cells.dropFirst().map {
      String(repeating: " ", count: max(0, numberColumns - $0.count)) + $0
    }
    return TerminalText.cut("  \(name)\(numbers.joined())  \(shown(last))", to: columns)
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    let cut = TerminalText.cut(shown(text), to: width)
    return cut + String(repeating: " ", count: max(0, width - cut.count))
  }

  private static func rest(_ count: Int) -> [String] {
    count > rows ? ["  … and \(count - rows) more"] : []
  }

  private static func shown(_ text: String) -> String { TerminalText.printable(Array(text.utf8)) }

  /// ASCII, since nobody knows who reads a mail.
  private static func curve(_ values: [UInt64]) -> String {
    let ramp = Array(" .:-=+*%#")
    let top = max(values.max() ?? 0, 8)
    return String(values.map { ramp[Int(($0 * 8 + top - 1) / top)] })
  }
}
