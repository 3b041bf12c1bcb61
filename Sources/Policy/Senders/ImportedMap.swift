internal import InternetMessage

/// The entries of senders that a panel's database writes, between two comment lines.
///
///     import  = *(line LF)                                ; `#` comments and empty lines are passed over
///     line    = site-name TAB pattern [TAB options]       ; a user and an address
///     options = option *(1*blank option)
///
/// What stands outside the two lines is the administrator's and stays byte for byte as it is.
package struct ImportedMap: Sendable {
  /// The line before the imported entries.
  package static let begin =
    "# postern map import: begin (made by 'postern map import', do not edit)"
  /// The line behind them.
  package static let end = "# postern map import: end"

  /// One user's entry.
  private struct User {
    let site: UserName
    var words: [[UInt8]] = []
    var options: [[UInt8]] = []

    /// The entry as a line of senders.
    var line: [UInt8] { (words + options).reduce(site.written) { $0 + [Octets.space] + $1 } }
  }

  /// The users in the order of their first line.
  private var users: [User] = []
  private var positions: [UserName: Int] = [:]
  /// Users one of whose lines cannot be read: none of theirs counts, and what an earlier import
  /// gave them goes.
  ///
  /// Else a customer could keep what the panel has taken away, by a name that cannot be read.
  package private(set) var unreadable: Set<UserName> = []
  /// Whether `@.domain` may be imported: the column of a domain that begins with a dot would be
  /// that.
  private let allowsSubdomains: Bool

  /// How many users were named.
  package var userCount: Int { users.count + unreadable.count }
  /// The users that have an entry.
  package var sites: [UserName] { users.map { $0.site }.filter { !unreadable.contains($0) } }

  private init(allowsSubdomains: Bool) { self.allowsSubdomains = allowsSubdomains }

  /// Reads the lines of a database query.
  ///
  /// - Parameters:
  ///   - bytes: The lines.
  ///   - file: Its name, for the problems.
  ///   - allowsSubdomains: Whether `@.domain` is taken.
  /// - Returns: What they say, and all problems; the users of lines with problems are `unreadable`.
  package static func parse(
    _ bytes: [UInt8], file: String, allowsSubdomains: Bool = false
  ) -> (map: ImportedMap, problems: [FileProblem]) {
    var map = ImportedMap(allowsSubdomains: allowsSubdomains)
    var problems: [FileProblem] = []
    guard bytes.count <= SendersFile.maximumBytes else {
      let fault = FileFault.fileTooLarge(limit: SendersFile.maximumBytes)
      return (map, [FileProblem(file: file, line: 0, fault: fault)])
    }
    let lines = bytes.split(separator: Octets.lineFeed, omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      if let fault = map.add(line.last == Octets.carriageReturn ? line.dropLast() : line) {
        problems.append(FileProblem(file: file, line: index + 1, fault: fault))
      }
    }
    return (map, problems)
  }

  /// Adds one line; returns what is wrong with it.
  private mutating func add(_ line: ArraySlice<UInt8>) -> FileFault? {
    let text = Words.trimmed(line)
    guard let first = text.first, first != Octets.hash else { return nil }
    let columns = line.split(separator: Octets.tab, omittingEmptySubsequences: false)
      .map(Words.trimmed)
    guard columns.count >= 2 else { return .notImportable(Array(text.prefix(64))) }
    guard let site = UserName(columns[0]) else { return .badUser(Array(text.prefix(64))) }
    let fault = add(columns, of: site, text)
    if fault != nil { unreadable.insert(site) }
    return fault
  }

  private mutating func add(
    _ columns: [ArraySlice<UInt8>], of site: UserName, _ text: ArraySlice<UInt8>
  ) -> FileFault? {
    var words = Words(columns[1])
    guard columns.count <= 3, let word = words.next(), words.next() == nil else {
      return .notImportable(Array(text.prefix(64)))
    }
    if let fault = fault(of: word) { return fault }
    let position = positions[site] ?? users.count
    if position == users.count {
      users.append(User(site: site))
      positions[site] = position
    }
    if !users[position].words.contains(Array(word)) { users[position].words.append(Array(word)) }
    return columns.count == 3 ? add(options: columns[2], of: position) : nil
  }

  private func fault(of word: ArraySlice<UInt8>) -> FileFault? {
    // "=" is no rare letter in a local part, and this one would be taken for the administrator's
    // word.
    guard !SenderLine.isOption(word) else { return .badPattern(Array(word.prefix(320)), .option) }
    var reader = PatternReader()
    do {
      let pattern = try reader.read(word).pattern
      // Nobody needs this from a database, and an empty column may become one.
      if pattern == .any { return .badPattern(Array(word), .notAnAddress) }
      if case .subdomains(let domain) = pattern,
        !allowsSubdomains || !domain.contains(UInt8(ascii: "."))
      {
        return .badPattern(Array(word.prefix(320)), .subdomains)
      }
      return nil
    } catch {
      return .badPattern(Array(word.prefix(320)), error.fault)
    }
  }

  /// Takes the third column; the reader of senders judges it.
  private mutating func add(options: ArraySlice<UInt8>, of position: Int) -> FileFault? {
    var words = Words(options)
    while let word = words.next() {
      guard SenderLine.isOption(word) else { return .unknownOption(Array(word.prefix(64))) }
      if !users[position].options.contains(Array(word)) {
        users[position].options.append(Array(word))
      }
    }
    return SendersFile.parse(users[position].line, file: "").problems.first?.fault
  }

  /// Puts the entries into senders.
  ///
  /// - Parameters:
  ///   - senders: The file as it is.
  ///   - leftOut: Users who get none: those with addresses of the administrator's, and those
  ///     without an account.
  /// - Returns: The file as it becomes; nil if the two comment lines of an earlier import do not
  ///   stand there in this
  ///   order, once each.
  package func merged(into senders: [UInt8], leavingOut leftOut: Set<UserName>) -> [UInt8]? {
    guard let outside = Self.outside(senders) else { return nil }
    var merged = outside.before
    if let last = merged.last, last != Octets.lineFeed { merged.append(Octets.lineFeed) }
    merged += Array(Self.begin.utf8) + [Octets.lineFeed]
    for user in users where !leftOut.contains(user.site) && !unreadable.contains(user.site) {
      merged += user.line + [Octets.lineFeed]
    }
    merged += Array(Self.end.utf8) + [Octets.lineFeed]
    merged += outside.after
    return merged
  }

  /// The entries that an earlier import has written.
  ///
  /// - Parameter senders: The file.
  /// - Returns: The lines, each of one user; none where there was no import.
  package static func entries(in senders: [UInt8]) -> [[UInt8]] {
    guard let outside = outside(senders) else { return [] }
    let block = senders[outside.before.count..<senders.count - outside.after.count]
    return block.split(separator: Octets.lineFeed).filter { $0.first != Octets.hash }.map {
      Array($0)
    }
  }

  /// The numbers of the lines that an import has written, its two comment lines among them.
  ///
  /// - Parameter senders: The file.
  /// - Returns: Counted from 1; empty where there was no import.
  package static func lines(of senders: [UInt8]) -> Range<Int> {
    guard let outside = outside(senders), outside.before.count + outside.after.count < senders.count
    else { return 0..<0 }
    let block = senders[outside.before.count..<senders.count - outside.after.count]
    let first = outside.before.count { $0 == Octets.lineFeed } + 1
    let unended = block.last == Octets.lineFeed ? 0 : 1
    return first..<first + block.count { $0 == Octets.lineFeed } + unended
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
      let lineEnd = senders[start...].firstIndex(of: Octets.lineFeed) ?? senders.endIndex
      let next = min(lineEnd + 1, senders.endIndex)
      if Octets.matches(senders[start..<lineEnd], begin) { begins.append(start..<next) }
      if Octets.matches(senders[start..<lineEnd], end) { ends.append(start..<next) }
      start = next
    }
    if begins.isEmpty, ends.isEmpty { return (senders, []) }
    guard begins.count == 1, ends.count == 1, begins[0].upperBound <= ends[0].lowerBound else {
      return nil
    }
    return (Array(senders[..<begins[0].lowerBound]), Array(senders[ends[0].upperBound...]))
  }
}
