internal import LinuxSystem
internal import Submission

/// `postern quota status --watch`: the table again and again, until it is told to end.
struct QuotaWatch {
  /// Another screen without a cursor, and back (xterm's private modes, which all terminals of today
  /// have).
  private static let enter = "\u{1B}[?1049h\u{1B}[?25l"
  private static let leave = "\u{1B}[0m\u{1B}[?25h\u{1B}[?1049l"

  /// How long a key waits at the longest, in milliseconds.
  private static let patience = 100

  /// Suspends a user; returns what it has led to, for the last line of the screen; nil = whoever
  /// watches may not do that.
  private let suspend: ((QuotaRow) -> String)?
  private var order = QuotaTable.Order.busiest
  /// The user whose row is marked.
  private var selected: UInt32?
  /// The user whose suspension is to be confirmed.
  private var question: QuotaRow?
  /// What the last key has led to.
  private var message: String?

  init(suspend: ((QuotaRow) -> String)?) { self.suspend = suspend }

  /// Redraws until `q`, Ctrl-C or another signal ends it; the terminal is then as it was.
  ///
  /// - Parameters:
  ///   - seconds: How long one picture stands.
  ///   - table: Reads the figures: the table, and how many users there are.
  /// - Throws: `ToolFailure`; the terminal is as it was, too.
  mutating func run(
    every seconds: Int, _ table: () throws(ToolFailure) -> (table: QuotaTable, users: Int)
  ) throws(ToolFailure) {
    let signals: SignalQueue
    do { signals = try SignalQueue() } catch {
      throw ToolFailure(error, "cannot hold signals back")
    }
    let keys = Terminal.Keys()
    func restore() {
      keys?.restore()
      try? Output.writeAsItIs(Self.leave)
    }
    try Output.writeAsItIs(Self.enter)
    defer { restore() }
    while true {
      let figures = try table()
      var rest = seconds * 1_000
      while rest > 0 {
        let shown = figures.table.ordered(by: order)
        try Output.writeAsItIs(picture(shown, figures.users))
        let wait = wait(&rest, signals) { keys?.typed() ?? [] }
        switch wait {
        case .signal(.end): return
        case .signal(.pause):
          restore()
          signals.pauseProcess()
          keys?.hide()
          try Output.writeAsItIs(Self.enter)
          rest = 0
        case .keys(let keys):
          guard take(keys, shown.rows) else { return }
          // What was just done is to be seen.
          if message != nil { rest = 0 }
        case .signal(.look), .time: rest = 0
        }
      }
    }
  }

  // MARK: - Keys

  private enum Event {
    case signal(SignalQueue.Request)
    case keys([UInt8])
    /// The picture is old.
    case time
  }

  private func wait(
    _ rest: inout Int, _ signals: borrowing SignalQueue, _ typed: () -> [UInt8]
  ) -> Event {
    while rest > 0 {
      let slice = min(rest, Self.patience)
      if let request = signals.next(milliseconds: slice) { return .signal(request) }
      rest -= slice
      let keys = typed()
      if !keys.isEmpty { return .keys(keys) }
    }
    return .time
  }

  /// Does what keys ask for.
  ///
  /// - Returns: Whether it goes on.
  mutating func take(_ keys: [UInt8], _ rows: [QuotaRow]) -> Bool {
    message = nil
    if let user = question {
      question = nil
      let isMeant = keys == Array("y".utf8) || keys == Array("Y".utf8)
      message = isMeant ? suspend?(user) : "nothing was changed"
      return true
    }
    var rest = keys[...]
    // What was typed before a question was to be seen does not answer it.
    while !rest.isEmpty, question == nil {
      // A key that is held down comes several times; an arrow is three bytes.
      let count = rest.first == 0x1B ? 3 : 1
      guard press(String(decoding: rest.prefix(count), as: UTF8.self), rows) else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  private mutating func press(_ key: String, _ rows: [QuotaRow]) -> Bool {
    switch key {
    case "q", "Q": return false
    case "o": order = order.next
    case "j", "\u{1B}[B", "\u{1B}OB": move(1, rows)
    case "k", "\u{1B}[A", "\u{1B}OA": move(-1, rows)
    case "s": ask(rows)
    default: break
    }
    return true
  }

  private mutating func move(_ step: Int, _ rows: [QuotaRow]) {
    guard let place = rows.firstIndex(where: { $0.uid == selected }) else {
      selected = rows.first?.uid
      return
    }
    selected = rows[min(max(place + step, 0), rows.count - 1)].uid
  }

  private mutating func ask(_ rows: [QuotaRow]) {
    guard suspend != nil else { return message = "only root suspends users" }
    guard let user = rows.first(where: { $0.uid == selected }) else {
      return message = "choose a user with j and k first"
    }
    question = user
  }

  // MARK: - The screen

  /// The last line: what is asked, what was done, or the keys.
  var footer: String {
    if let question {
      return
        "Suspend \(TerminalText.printable(question.user)), all of its mail? y = yes, any other key = no"
    }
    return message ?? "j k choose  o order" + (suspend == nil ? "" : "  s suspend") + "  q end"
  }

  /// Writes over what is there, each line to its end, so that nothing flickers.
  private func picture(_ table: QuotaTable, _ users: Int) -> String {
    let size = Terminal.size() ?? Terminal.Size(columns: 80, rows: 24)
    var look = QuotaStatus.look()
    look.columns = size.columns
    let title = "\(Diagnostics.shown(time: Clock.seconds()))  \(users) users, \(order.text)"
    let height = max(1, size.rows - 2)
    var lines = [TerminalText.cut(title, to: size.columns)]
    lines += table.lines(look, height: height, selected: selected)
    lines += Array(repeating: "", count: max(0, height + 1 - lines.count))
    lines.append(TerminalText.cut(footer, to: size.columns))
    return "\u{1B}[H" + lines.suffix(size.rows).map { $0 + "\u{1B}[K" }.joined(separator: "\n")
      + "\u{1B}[J"
  }
}
