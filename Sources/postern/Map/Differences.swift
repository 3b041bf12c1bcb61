internal import Policy
internal import Submission

/// How what is in force differs from what a build would put in force.
struct Differences: Equatable {
  /// A setting, its value in force, and that of a build.
  struct Change: Equatable {
    let name: String
    let inForce: String
    let built: String

    init(_ name: String, inForce: [UInt8], built: [UInt8]) {
      self.name = name
      self.inForce = Diagnostics.shown(inForce, limit: 200)
      self.built = Diagnostics.shown(built, limit: 200)
    }
  }

  /// The settings that differ, in the order of the table.
  private(set) var settings: [Change] = []
  private var added: [[UInt8]] = []
  private var removed: [[UInt8]] = []
  private var changed: [[UInt8]] = []

  /// The most names that one list shows.
  private static let shownNames = 5

  /// Compares.
  ///
  /// - Parameters:
  ///   - map: What is in force.
  ///   - builder: What a build would put in force. Where it does not know the mailboxes of
  ///     `mailboxes:DOMAIN`, addresses besides the entry's own do not count as a difference.
  init(_ map: MapContents, _ builder: SenderIndexBuilder) {
    for setting in Setting.parameters {
      let (old, new) = (
        setting.text(in: map.configuration), setting.text(in: builder.configuration)
      )
      if old != new { settings.append(Change(setting.name, inForce: old, built: new)) }
    }
    let (known, now) = (
      map.configuration.postfixMessageBytes, builder.configuration.postfixMessageBytes
    )
    if known != now {
      func text(_ limit: UInt64?) -> [UInt8] { [UInt8]((limit.map { "\($0)" } ?? "none").utf8) }
      settings.append(
        Change("Postfix's message_size_limit", inForce: text(known), built: text(now)))
    }
    var old: [UInt32: SenderEntry] = [:]
    for entry in map.entries { old[entry.uid] = entry }
    for entry in builder.entries {
      guard let before = old.removeValue(forKey: entry.uid) else {
        added.append(entry.user)
        continue
      }
      if !Self.isSame(before, entry) { changed.append(entry.user) }
    }
    removed = map.entries.filter { old[$0.uid] != nil }.map(\.user)
  }

  private static func isSame(_ before: SenderEntry, _ after: SenderEntry) -> Bool {
    guard !after.rules.mailboxDomains.isEmpty else { return before == after }
    var (before, after) = (before, after)
    guard before.patterns.starts(with: after.patterns) else { return false }
    before.rules.patterns = []
    after.rules.patterns = []
    after.rules.mailboxDomains = []
    return before == after
  }

  /// One line for each setting, and one for the entries.
  var lines: [String] {
    let settings = settings.map { change in
      "\(change.name) = \(change.inForce) is in force; a build would make it '\(change.built)'"
    }
    let entries = [("new", added), ("gone", removed), ("changed", changed)].compactMap(Self.text)
    return settings + (entries.isEmpty ? [] : ["entries: " + entries.joined(separator: ", ")])
  }

  private static func text(_ kind: String, _ users: [[UInt8]]) -> String? {
    guard !users.isEmpty else { return nil }
    let names = users.prefix(shownNames).map { HelpText.shown($0) }
    let rest = users.count > shownNames ? ", ..." : ""
    return "\(users.count) \(kind) (\(names.joined(separator: ", "))\(rest))"
  }
}

/// What `check` and `doctor` say of files that are newer than what is in force.
enum Staleness {
  /// Describes it.
  ///
  /// - Parameters:
  ///   - map: What is in force.
  ///   - builder: What a build would put in force; nil = it would not, or nobody can tell.
  /// - Returns: A line that says so, and one for each difference; none if all is current.
  static func lines(_ map: MapContents, _ builder: SenderIndexBuilder?) -> [String] {
    let differences = builder.map { Differences(map, $0) }
    if map.isStale {
      let isSame = differences?.lines.isEmpty ?? false
      return [
        "senders or postern.cf has changed since\(isSame ? ", but says the same" : "")"
          + "; run 'postern map build'"
      ] + (differences?.lines ?? [])
    }
    guard let differences, !differences.settings.isEmpty else { return [] }
    // The files are the same, so it is what the build takes over from Postfix.
    return ["Postfix's settings have changed since; run 'postern map build'"] + differences.lines
  }
}
