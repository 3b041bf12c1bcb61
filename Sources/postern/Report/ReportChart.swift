internal import Submission

/// Curves as SVG.
enum ReportChart {
  private static let width = 960
  private static let height = 160
  private static let axisHeight = 34

  /// Bars of permitted and refused messages, with the hours below.
  static func bars(_ cells: [Report.Cell], _ period: ReportPeriod, until now: UInt64) -> String {
    let top = max(cells.map(\.attempts).max() ?? 0, 1)
    let step = width / max(cells.count, 1)
    var marks = ""
    for (index, cell) in cells.enumerated() {
      let refused = pixels(cell.refused, of: top, in: height)
      let permitted = pixels(cell.permitted, of: top, in: height)
      let x = index * step + 2
      let start = now / period.secondsPerCell - UInt64(cells.count - 1 - index)
      let time = clock(start * period.secondsPerCell)
      marks += "<g><title>\(time): \(cell.permitted) permitted, \(cell.refused) refused</title>"
      marks += bar(x, height - permitted, step - 4, permitted, "good")
      marks += bar(x, height - permitted - refused, step - 4, refused, "bad") + "</g>\n"
      if index % 3 == 0 { marks += "<text x=\"\(x)\" y=\"\(height + 28)\">\(time)</text>\n" }
    }
    let permitted = cells.reduce(0) { $0 + $1.permitted }
    let refused = cells.reduce(0) { $0 + $1.refused }
    return """
      <svg class="chart" viewBox="0 0 \(width) \(height + axisHeight)" role="img" aria-label="\(permitted) permitted, \(refused) refused">
      <line class="axis" x1="0" y1="\(height)" x2="\(width)" y2="\(height)"/>
      \(marks)<text x="4" y="28">\(top) messages</text>
      </svg>
      """
  }

  /// A small curve without an axis; each has its own height.
  static func line(_ cells: [Report.Cell], label: String) -> String {
    let (step, height) = (6, 24)
    let top = max(cells.map(\.attempts).max() ?? 0, 8)
    var marks = ""
    for (index, cell) in cells.enumerated() where cell.attempts > 0 {
      let permitted = pixels(cell.permitted, of: top, in: height)
      let refused = pixels(cell.refused, of: top, in: height)
      marks += bar(index * step, height - permitted, step - 1, permitted, "good")
      marks += bar(index * step, height - permitted - refused, step - 1, refused, "bad")
      marks += "\n"
    }
    let width = step * cells.count
    return
      "<svg viewBox=\"0 0 \(width) \(height)\" width=\"\(width)\" height=\"\(height)\" role=\"img\" "
      + "aria-label=\"\(label)\">\n\(marks)</svg>"
  }

  private static func bar(_ x: Int, _ y: Int, _ width: Int, _ height: Int, _ name: String) -> String
  {
    guard height > 0 else { return "" }
    return "<rect class=\"\(name)\" x=\"\(x)\" y=\"\(y)\" width=\"\(width)\" height=\"\(height)\"/>"
  }

  /// At least one for what is there at all.
  private static func pixels(_ count: UInt64, of top: UInt64, in height: Int) -> Int {
    guard count > 0 else { return 0 }
    return max(1, Int(Double(count) / Double(top) * Double(height)))
  }

  private static func clock(_ time: UInt64) -> String {
    String(Diagnostics.shown(time: time).dropFirst(11).prefix(5))
  }
}
