internal import Ledger
internal import LinuxSystem

/// `postern log --follow`: what is decided from now on.
struct LogFollower {
  private let reader: JournalReader
  private let printer: LogPrinter
  /// Where each journal was read to.
  private var ends: [UInt32: Journal.Position] = [:]
  /// When each was last written to, as far as that was looked at.
  private var changes: [UInt32: UInt64] = [:]

  /// How long one look is behind the other, in seconds.
  private static let pause = 1

  init(_ reader: JournalReader, _ printer: LogPrinter) {
    self.reader = reader
    self.printer = printer
  }

  /// Prints the last decisions, and then each as it comes, until Ctrl-C.
  ///
  /// - Parameter count: How many are printed at first.
  /// - Throws: `ToolFailure`.
  func run(last count: Int) throws(ToolFailure) {
    let signals: SignalQueue
    do { signals = try SignalQueue() } catch {
      throw ToolFailure(error, "cannot hold signals back")
    }
    var follower = self
    try follower.begin()
    // What is decided between the two is shown twice rather than never.
    let entries = try reader.entries(last: count, where: printer.wants)
    try printer.add(entries.filter(printer.wants).suffix(count))
    while true {
      switch signals.next(seconds: Self.pause) {
      case .end?: return
      case .pause?: signals.pauseProcess()
      case .look?, nil: break
      }
      try printer.add(try follower.news())
    }
  }

  /// Notes what is there, without reading all of it.
  private mutating func begin() throws(ToolFailure) {
    for ring in try reader.rings() {
      changes[ring] = reader.journal.lastChange(of: ring)
      ends[ring] = reader.journal.end(of: ring)
    }
  }

  /// What has come since the last look.
  private mutating func news() throws(ToolFailure) -> [LogEntry] {
    var entries: [LogEntry] = []
    for ring in try reader.rings() {
      let change = reader.journal.lastChange(of: ring)
      guard change != changes[ring] else { continue }
      changes[ring] = change
      let excerpt = try reader.excerpt(of: ring, after: ends[ring])
      ends[ring] = excerpt.end
      entries += excerpt.entries
    }
    return JournalReader.inOrder(entries)
  }
}
