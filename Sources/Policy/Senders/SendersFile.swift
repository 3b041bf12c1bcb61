internal import InternetMessage

/// An entry of the map as the file has it, before names are resolved to UIDs.
package struct UnresolvedEntry: Sendable, Equatable {
  /// The line where it begins.
  package var line: Int
  /// The user.
  package var site: UserName
  /// What it grants.
  package var rules: SenderRules

  /// Creates an entry.
  package init(line: Int, site: UserName, rules: SenderRules) {
    self.line = line
    self.site = site
    self.rules = rules
  }

  /// Whether it names an address, and not only options.
  package var hasAddresses: Bool { !rules.patterns.isEmpty || !rules.mailboxDomains.isEmpty }

  /// An entry of the administrator's, together with the imported one of the same user.
  ///
  /// Where it names addresses they are all; else it lends its options to what was imported.
  ///
  /// - Parameter imported: The imported entry.
  /// - Returns: The entry in force.
  func completed(by imported: UnresolvedEntry) -> UnresolvedEntry {
    guard !hasAddresses else { return self }
    var entry = self
    entry.rules.complete(by: imported.rules)
    return entry
  }
}

extension SenderRules {
  /// Takes over what is not given here.
  fileprivate mutating func complete(by other: SenderRules) {
    patterns = other.patterns
    mailboxDomains = other.mailboxDomains
    defaultAddress = defaultAddress ?? other.defaultAddress
    for option in Setting.options where option.text(in: self) == nil {
      guard let text = option.text(in: other) else { continue }
      // It was read from such a text.
      _ = option.read(text[...], into: &self)
    }
  }
}

/// The reader of senders, the map of who may send as what.
///
///     entry   = site-name 1*(separator (pattern / option))
///     option  = name "=" value / name "=" DQUOTE *text DQUOTE
///
/// `suspended="two words"` shows the quoted form; any option may have it.
///
/// Every user has one entry, and may have an imported one besides (`ImportedMap`): see
/// `UnresolvedEntry.completed`.
package enum SendersFile {
  /// The longest file in bytes: ten times the map of 100 000 sites with 10 addresses each.
  package static let maximumBytes = 1 << 28
  /// The longest entry in bytes: some ten thousand addresses.
  package static let maximumLineBytes = 1 << 20
  /// The most patterns of one entry; it bounds the work of judging one message.
  package static let maximumPatterns = 20_000

  /// The name of every option of an entry.
  package static let options = Setting.options.map { $0.name }

  /// Reads senders.
  ///
  /// - Parameters:
  ///   - bytes: The file, at most `maximumBytes`.
  ///   - file: Its name, for the problems.
  /// - Returns: The entries, and all problems in the order of lines. Where there are problems, the
  ///   entries must not be used.
  /// - Complexity: Linear in the size of the file.
  package static func parse(
    _ bytes: [UInt8], file: String
  ) -> (entries: [UnresolvedEntry], problems: [FileProblem]) {
    guard bytes.count <= maximumBytes else {
      let fault = FileFault.fileTooLarge(limit: maximumBytes)
      return ([], [FileProblem(file: file, line: 0, fault: fault)])
    }
    var entries: [UnresolvedEntry] = []
    var problems: [FileProblem] = []
    var positions: [UserName: Int] = [:]
    let imported = ImportedMap.lines(of: bytes)
    var lines = LogicalLines(bytes, maximumBytes: maximumLineBytes)
    while let line = lines.next() {
      var faults: [FileFault] = []
      if let fault = line.fault {
        faults.append(fault)
      } else if let entry = SenderLine.read(line, faults: &faults) {
        if let position = positions[entry.site] {
          let first = entries[position]
          if imported.contains(first.line) != imported.contains(entry.line) {
            let isOwnFirst = imported.contains(entry.line)
            entries[position] =
              isOwnFirst ? first.completed(by: entry) : entry.completed(by: first)
          } else {
            faults.append(.repeatedUser(entry.site.written, firstLine: first.line))
            entries.append(entry)
          }
        } else {
          positions[entry.site] = entries.count
          entries.append(entry)
        }
      }
      for fault in faults {
        problems.append(FileProblem(file: file, line: line.number, fault: fault))
      }
    }
    return (entries, problems)
  }
}
