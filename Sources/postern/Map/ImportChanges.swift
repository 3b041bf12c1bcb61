internal import Submission

/// What an import has changed among the imported entries.
struct ImportChanges: Equatable {
  private var added: [[UInt8]] = []
  private var changed: [[UInt8]] = []
  private var removed: [[UInt8]] = []

  /// Compares.
  ///
  /// - Parameters:
  ///   - before: The lines that the import before has written, of one user each.
  ///   - after: Those of this one.
  init(from before: [[UInt8]], to after: [[UInt8]]) {
    let old = Dictionary(before.map { (Self.user($0), $0) }) { first, _ in first }
    let new = Set(after.map(Self.user))
    for line in after {
      guard let former = old[Self.user(line)] else {
        added.append(line)
        continue
      }
      if former != line { changed.append(line) }
    }
    removed = before.map(Self.user).filter { !new.contains($0) }
  }

  /// The first word.
  private static func user(_ line: [UInt8]) -> [UInt8] { Array(line.prefix { $0 > 0x20 }) }

  /// The changes as text.
  ///
  /// - Parameter limit: The most lines of one kind.
  /// - Returns: A line for each user.
  func lines(atMost limit: Int) -> [String] {
    [("added", added), ("changed", changed), ("removed", removed)].flatMap { word, lines in
      let shown = lines.prefix(limit).map { "\(word) \(Diagnostics.shown($0, limit: 200))" }
      let rest = lines.count - shown.count
      return rest > 0 ? shown + ["\(word) \(rest) more"] : shown
    }
  }
}
