internal import LinuxSystem
internal import Submission

/// `postern quota status --watch`: the table again and again, until it is told to end.
enum QuotaWatch {
  /// Another screen without a cursor, and back (xterm's private modes, which all terminals of today
  /// have).
  private static let enter = "\u{1B}[?1049h\u{1B}[?25l"
  private static let leave = "\u{1B}[0m\u{1B}[?25h\u{1B}[?1049l"

  /// Redraws until Ctrl-C or another signal ends it; the terminal is then as it was.
  ///
  /// - Parameters:
  ///   - seconds: How long one picture stands.
  ///   - table: Reads the figures: the table, and how many users there are.
  /// - Throws: `ToolFailure`; the terminal is as it was, too.
  static func run(
    every seconds: Int, _ table: () throws(ToolFailure) -> (table: QuotaTable, users: Int)
  ) throws(ToolFailure) {
    let signals: SignalQueue
    do { signals = try SignalQueue() } catch {
      throw ToolFailure(error, "cannot hold signals back")
    }
    let keys = Terminal.Keys()
    func restore() {
      keys?.restore()
      try? Output.writeAsItIs(leave)
    }
    try Output.writeAsItIs(enter)
    defer { restore() }
    while true {
      try Output.writeAsItIs(picture(try table()))
      switch signals.next(seconds: seconds) {
      case .end?: return
      case .pause?:
        restore()
        signals.pauseProcess()
        keys?.hide()
        try Output.writeAsItIs(enter)
      case .look?, nil: break
      }
    }
  }

  /// Writes over what is there, each line to its end, so that nothing flickers.
  private static func picture(_ figures: (table: QuotaTable, users: Int)) -> String {
    let size = Terminal.size() ?? Terminal.Size(columns: 80, rows: 24)
    var look = QuotaStatus.look()
    look.columns = size.columns
    let title =
      "\(Diagnostics.shown(time: Clock.seconds()))  \(figures.users) users, busiest first; Ctrl-C ends"
    var lines = [TerminalText.cut(title, to: size.columns)]
    lines += figures.table.lines(look, height: max(1, size.rows - 1))
    return "\u{1B}[H" + lines.prefix(size.rows).map { $0 + "\u{1B}[K" }.joined(separator: "\n")
      + "\u{1B}[J"
  }
}
