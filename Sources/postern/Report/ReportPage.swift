internal import Submission

/// A report as one page for a browser: no script, no link, nothing from the network.
struct ReportPage {
  private let report: Report

  init(_ report: Report) { self.report = report }

  /// How many rows a table has at most.
  private static let rows = 50

  /// The whole page, in lines of less than 998 bytes, so that mail can carry it as it is.
  var html: String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
    <title>Postern on \(HTML.text(report.host))</title>
    <style>
    \(Self.style)
    </style>
    </head>
    <body>
    <main>
    <h1>Postern on \(HTML.text(report.host))</h1>
    <p>The last \(report.period.text), until <time>\(Diagnostics.shown(time: report.now))</time>.</p>
    \(tiles)
    <h2>Over time</h2>
    \(ReportChart.bars(report.cells, report.period, until: report.now))
    <p>Blue: permitted. Red: refused. Times are UTC.</p>
    \(states)\(sites)\(origins("Scripts", report.scripts))\(origins("Directories", report.directories))\
    \(origins("Recipients’ domains", report.domains))\(reasons)
    </main>
    </body>
    </html>

    """
  }

  // MARK: - Parts

  private var tiles: String {
    let figures: [(String, String)] = [
      ("\(report.permittedCount)", "permitted"), ("\(report.refusedCount)", "refused"),
      ("\(report.activeCount)", "sites active"), ("\(report.suspended.count)", "suspended"),
      ("\(report.nearLimit.count)", "near a limit"),
    ]
    let items = figures.map { "<li><strong>\($0.0)</strong> \($0.1)</li>\n" }.joined()
    return "<ul class=\"tiles\">\n\(items)</ul>"
  }

  private var sites: String {
    table(
      "Sites", "The busiest first, refused messages included.",
      ["Site", "UID", "Permitted", "Refused", "Recipients", "Over time"], report.sites
    ) { site in
      let label = "\(site.permitted) permitted, \(site.refused) refused"
      return [
        .text(site.name), .number("\(site.uid)"), .number("\(site.permitted)"),
        .number("\(site.refused)"), .number("\(site.recipients)"),
        .markup(ReportChart.line(site.cells, label: label)),
      ]
    }
  }

  private func origins(_ title: String, _ origins: [Report.Origin]) -> String {
    table(
      title, "Of the last \(report.decisions) decisions about \(report.examined) sites.",
      ["Site", "Permitted", "Refused", "What"], origins
    ) {
      [
        .text($0.site), .number("\($0.messages.permitted)"), .number("\($0.messages.refused)"),
        .text($0.value),
      ]
    }
  }

  private var reasons: String {
    table(
      "Refused, by reason",
      "Since each site’s record began. From: was rewritten in \(report.rewritten) messages, "
        + "identities were repaired in \(report.repaired).", ["Reason", "Messages"], report.refused
    ) { [.text($0.reason), .number("\($0.count)")] }
  }

  private var states: String {
    table("Suspended", "All their mail is refused.", ["Site", "Reason"], report.suspended) {
      [.text($0.name), .text($0.suspended ?? "")]
    }
      + table(
        "Near a limit", "Four fifths of it are used.", ["Site", "Limit"], report.nearLimit
      ) { [.text($0.name), .text($0.nearLimit ?? "")] }
  }

  // MARK: - Tables

  private enum Cell {
    case text(String)
    case number(String)
    /// Our own.
    case markup(String)

    var html: String {
      switch self {
      case .text(let text): "<td>\(HTML.text(text))</td>"
      case .number(let text): "<td class=\"number\">\(HTML.text(text))</td>"
      case .markup(let markup): "<td>\(markup)</td>"
      }
    }
  }

  private func table<Row>(
    _ title: String, _ note: String, _ heads: [String], _ rows: [Row], _ cells: (Row) -> [Cell]
  ) -> String {
    guard !rows.isEmpty else { return "" }
    let head = heads.map { "<th scope=\"col\">\($0)</th>" }.joined()
    let body = rows.prefix(Self.rows).map { row in
      "<tr>\n" + cells(row).map { $0.html + "\n" }.joined() + "</tr>\n"
    }.joined()
    let more = rows.count > Self.rows ? " \(rows.count - Self.rows) more are not shown." : ""
    return """
      <section>
      <h2>\(title)</h2>
      <p>\(note)\(more)</p>
      <div class="scroll" role="region" tabindex="0" aria-label="\(title)">
      <table>
      <thead><tr>\(head)</tr></thead>
      <tbody>
      \(body)</tbody>
      </table>
      </div>
      </section>

      """
  }

  private static let style = """
    :root{color-scheme:light dark;--text:#1b1b1b;--dim:#555;--ground:#fff;--line:#ccc;--good:#1f5f9e;--bad:#b3261e}
    @media (prefers-color-scheme:dark){:root{--text:#ececec;--dim:#b0b0b0;--ground:#161616;--line:#444;--good:#7db7f0;--bad:#ff9d8f}}
    body{margin:0;background:var(--ground);color:var(--text);font:16px/1.5 system-ui,sans-serif}
    main{max-width:72rem;margin:0 auto;padding:1rem}
    h1{font-size:1.5rem;margin:0;overflow-wrap:anywhere}
    h2{font-size:1.15rem;margin:2rem 0 .25rem}
    p{margin:.25rem 0 .75rem;color:var(--dim)}
    .tiles{display:flex;flex-wrap:wrap;gap:1rem;margin:1rem 0;padding:0;list-style:none}
    .tiles li{border:1px solid var(--line);border-radius:.5rem;padding:.5rem 1rem;color:var(--dim)}
    strong{display:block;color:var(--text);font-size:1.5rem;font-variant-numeric:tabular-nums}
    .scroll{overflow-x:auto}
    table{border-collapse:collapse;width:100%}
    th,td{text-align:left;padding:.25rem .75rem .25rem 0;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere;min-width:4rem}
    th,td.number{overflow-wrap:normal;white-space:nowrap;font-variant-numeric:tabular-nums}
    svg{display:block}
    svg text{fill:var(--dim);font:12px system-ui,sans-serif}
    .chart{width:100%}
    @media (max-width:40rem){.chart text{font-size:28px}}
    .good{fill:var(--good)}
    .bad{fill:var(--bad)}
    .axis{stroke:var(--line)}
    @media print{:root{--text:#000;--dim:#333;--ground:#fff;--line:#999;--good:#1f5f9e;--bad:#b3261e}section{break-inside:avoid}}
    """
}

/// Text in HTML.
enum HTML {
  /// The most characters of a value of others.
  private static let characters = 160

  /// Makes any text one that a browser shows and does nothing else with.
  static func text(_ text: String) -> String {
    var safe = ""
    let shown = SafeText.text(Array(text.utf8))
    for character in shown.prefix(characters) {
      switch character {
      case "&": safe += "&amp;"
      case "<": safe += "&lt;"
      case ">": safe += "&gt;"
      case "\"": safe += "&quot;"
      case "'": safe += "&#39;"
      case "\n", "\t": safe += " "
      default: safe.append(character)
      }
    }
    return shown.count > characters ? safe + "…" : safe
  }
}
