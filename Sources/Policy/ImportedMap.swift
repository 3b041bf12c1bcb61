/// The entries of senders that a panel's database writes, between two comment lines.
///
///     import = *(site-name 1*blank pattern LF)          ; a line a user and address, `#` comments
///
/// What stands outside the two lines is the administrator's and stays byte for byte as it is.
package struct ImportedMap: Sendable {
  /// The line before the imported entries.
  package static let begin =
    "# postern map import: begin (made by 'postern map import', do not edit)"
  /// The line behind them.
  package static let end = "# postern map import: end"

  /// The users with their patterns, in the order of their first line.
  private var users: [(site: SiteName, words: [[UInt8]])] = []
  private var positions: [SiteName: Int] = [:]

  /// How many users were read.
  package var userCount: Int { users.count }

  /// Reads the lines of a database query.
  ///
  /// - Parameters:
  ///   - bytes: The lines.
  ///   - file: Its name, for the problems.
  /// - Returns: What they say, and all problems; where there are problems, nothing must be written.
  package static func parse(
    _ bytes: [UInt8], file: String
  ) -> (map: ImportedMap, problems: [FileProblem]) {
    var map = ImportedMap()
    var problems: [FileProblem] = []
    guard bytes.count <= SendersFile.maximumBytes else {
      let fault = FileFault.fileTooLarge(limit: SendersFile.maximumBytes)
      return (map, [FileProblem(file: file, line: 0, fault: fault)])
    }
    let lines = bytes.split(separator: ASCII.lineFeed, omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      if let fault = map.add(line.last == ASCII.carriageReturn ? line.dropLast() : line) {
        problems.append(FileProblem(file: file, line: index + 1, fault: fault))
      }
    }
    return (map, problems)
  }

  /// Adds one line; returns what is wrong with it.
  private mutating func add(_ line: ArraySlice<UInt8>) -> FileFault? {
    let text = Words.trimmed(line)
    guard let first = text.first, first != ASCII.hash else { return nil }
    var words = Words(text)
    guard let user = words.next(), let site = SiteName(user) else {
      return .badUser(Array(text.prefix(64)))
    }
    guard let word = words.next() else { return .emptyEntry(user: site.written) }
    // Options are the administrator's: whoever can write the panel's database must not lift a limit.
    guard words.next() == nil else { return .severalAddresses(Array(text.prefix(64))) }
    if let fault = Self.fault(of: word) { return fault }
    let position = positions[site] ?? users.count
    if position == users.count {
      users.append((site, []))
      positions[site] = position
    }
    if !users[position].words.contains(Array(word)) { users[position].words.append(Array(word)) }
    return nil
  }

  private static func fault(of word: ArraySlice<UInt8>) -> FileFault? {
    // "=" is no rare letter in a local part, and this one would be taken for the administrator's word.
    guard !SenderLine.isOption(word) else { return .badPattern(Array(word.prefix(320)), .option) }
    var reader = PatternReader()
    do {
      let pattern = try reader.read(word).pattern
      // Nobody needs this from a database, and an empty column may become one.
      return pattern == .any ? .badPattern(Array(word), .notAnAddress) : nil
    } catch {
      return .badPattern(Array(word.prefix(320)), error.fault)
    }
  }

  /// Puts the entries into senders.
  ///
  /// - Parameters:
  ///   - senders: The file as it is.
  ///   - own: The users that have an entry of the administrator's: theirs is kept and the imported one left out.
  /// - Returns: The file as it becomes, and the users that were left out; nil if the two comment lines of an earlier
  ///   import do not stand there in this order, once each.
  package func merged(
    into senders: [UInt8], own: Set<SiteName>
  ) -> (senders: [UInt8], leftOut: [SiteName])? {
    guard let outside = Self.outside(senders) else { return nil }
    var merged = outside.before
    if let last = merged.last, last != ASCII.lineFeed { merged.append(ASCII.lineFeed) }
    merged += Array(Self.begin.utf8) + [ASCII.lineFeed]
    var leftOut: [SiteName] = []
    for user in users {
      if own.contains(user.site) {
        leftOut.append(user.site)
        continue
      }
      merged += user.site.written
      for word in user.words { merged += [ASCII.space] + word }
      merged.append(ASCII.lineFeed)
    }
    merged += Array(Self.end.utf8) + [ASCII.lineFeed]
    merged += outside.after
    return (merged, leftOut)
  }

  /// Separates senders into what stands before and behind an earlier import.
  ///
  /// - Parameter senders: The file.
  /// - Returns: Both parts; nil if an import has lost one of its two lines.
  package static func outside(_ senders: [UInt8]) -> (before: [UInt8], after: [UInt8])? {
    var begins: [Range<Int>] = []
    var ends: [Range<Int>] = []
    var start = senders.startIndex
    while start < senders.endIndex {
      let lineEnd = senders[start...].firstIndex(of: ASCII.lineFeed) ?? senders.endIndex
      let next = min(lineEnd + 1, senders.endIndex)
      if ASCII.matches(senders[start..<lineEnd], begin) { begins.append(start..<next) }
      if ASCII.matches(senders[start..<lineEnd], end) { ends.append(start..<next) }
      start = next
    }
    if begins.isEmpty, ends.isEmpty { return (senders, []) }
    guard begins.count == 1, ends.count == 1, begins[0].upperBound <= ends[0].lowerBound else {
      return nil
    }
    return (Array(senders[..<begins[0].lowerBound]), Array(senders[ends[0].upperBound...]))
  }
}
