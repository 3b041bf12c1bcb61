internal import Ledger
internal import Submission

/// Decisions of one user, or of all.
struct JournalReader {
  let journal: Journal
  /// Whose decisions are wanted; nil = everybody's.
  let user: NamedUser?

  /// Prepares reading.
  ///
  /// - Parameters:
  ///   - journal: The journal; this process can read it.
  ///   - user: Whose decisions are wanted; nil = everybody's.
  init(_ journal: Journal, of user: NamedUser? = nil) {
    self.journal = journal
    self.user = user
  }

  /// The journals in question.
  func rings() throws(ToolFailure) -> [UInt32] {
    if let user { return [user.recordUID] }
    do { return try journal.users() } catch { throw ToolFailure(error) }
  }

  /// Returns the last decisions.
  ///
  /// Of many journals only those are read that can hold one of them.
  ///
  /// - Parameters:
  ///   - count: The most that are wanted.
  ///   - isWanted: What is counted.
  /// - Returns: The newest last.
  /// - Throws: `ToolFailure`.
  func entries(
    last count: Int, where isWanted: (LogEntry) -> Bool = { _ in true }
  ) throws(ToolFailure) -> [LogEntry] {
    let rings = try rings()
    guard rings.count > 1 else {
      return try rings.first.map { (ring) throws(ToolFailure) in try excerpt(of: ring).entries }
        ?? []
    }
    let byChange = rings.map { ($0, (journal.lastChange(of: $0) ?? 0) / 1_000_000_000) }
      .sorted { $0.1 > $1.1 }
    var newest: [LogEntry] = []
    // Nothing before it is among the last ones.
    var oldest: UInt64 = 0
    for (ring, changed) in byChange {
      if changed < oldest { break }
      newest += try excerpt(of: ring, notBefore: oldest).entries.filter(isWanted)
      // Sorted only where it has grown to twice of what is wanted: for every journal that would be
      // quadratic.
      if newest.count >= count, oldest == 0 || newest.count / 2 >= count {
        newest = Self.inOrder(newest).suffix(count)
        oldest = newest.first?.time ?? 0
      }
    }
    return Self.inOrder(newest).suffix(count)
  }

  /// Returns the decisions of one journal after a place, and not before a time.
  func excerpt(
    of ring: UInt32, after position: Journal.Position? = nil, notBefore time: UInt64 = 0
  ) throws(ToolFailure) -> (entries: [LogEntry], end: Journal.Position) {
    let excerpt = try read(ring, after: position)
    let decisions = excerpt.records.filter { $0.time >= time }.compactMap(LoggedDecision.init)
      .filter { user == nil || $0.line.uid == user?.uid }
    return (decisions.map(LogEntry.init), excerpt.end)
  }

  /// How many places of a user's journal were no record: power was lost there, or the disk was
  /// full; 0 where everybody's are wanted.
  func tornCount() throws(ToolFailure) -> Int {
    try user.map { (user) throws(ToolFailure) in try read(user.recordUID, after: nil).tornCount }
      ?? 0
  }

  private func read(
    _ ring: UInt32, after position: Journal.Position?
  ) throws(ToolFailure) -> Journal.Excerpt {
    do { return try journal.excerpt(of: ring, after: position) } catch {
      throw ToolFailure(error)
    }
  }

  /// By time; those of the same second stay as they are.
  static func inOrder(_ entries: [LogEntry]) -> [LogEntry] {
    // Numbers are moved, not entries.
    entries.indices.map { (entries[$0].time, $0) }.sorted { $0 < $1 }.map { entries[$0.1] }
  }
}
