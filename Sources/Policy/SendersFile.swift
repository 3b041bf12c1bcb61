internal import InternetMessage

/// An entry of the map as the file has it, before names are resolved to UIDs.
package struct UnresolvedEntry: Sendable, Equatable {
  /// The line where it begins.
  package var line: Int
  /// The user.
  package var site: SiteName
  /// What it grants.
  package var rules: SenderRules

  /// Creates an entry.
  package init(line: Int, site: SiteName, rules: SenderRules) {
    self.line = line
    self.site = site
    self.rules = rules
  }
}

/// The reader of senders, the map of who may send as what.
///
///     entry   = site-name 1*(separator (pattern / option))
///     option  = name "=" value / name "=" DQUOTE *text DQUOTE
///
/// `suspended="two words"` shows the quoted form; any option may have it.
package enum SendersFile {
  /// The longest file in bytes: ten times the map of 100 000 sites with 10 addresses each.
  package static let maximumBytes = 1 << 28
  /// The longest entry in bytes: some ten thousand addresses.
  package static let maximumLineBytes = 1 << 20
  /// The most patterns of one entry; it bounds the work of judging one message.
  package static let maximumPatterns = 20_000
  /// The longest reason of a suspension in bytes; it must fit into one line on stderr.
  package static let maximumReasonBytes = 200

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
    var firstLines: [SiteName: Int] = [:]
    var lines = LogicalLines(bytes, maximumBytes: maximumLineBytes)
    while let line = lines.next() {
      var faults: [FileFault] = []
      if let fault = line.fault {
        faults.append(fault)
      } else if let entry = SenderLine.read(line, faults: &faults) {
        if let first = firstLines.updateValue(line.number, forKey: entry.site) {
          firstLines[entry.site] = first
          faults.append(.repeatedUser(entry.site.written, firstLine: first))
        }
        entries.append(entry)
      }
      for fault in faults {
        problems.append(FileProblem(file: file, line: line.number, fault: fault))
      }
    }
    return (entries, problems)
  }
}
