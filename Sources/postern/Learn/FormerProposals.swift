/// What senders holds of proposals already, so that the same log adds nothing to it again.
struct FormerProposals {
  private var told: Set<String> = []

  /// Reads the comments of senders.
  ///
  ///     heading = "# " user ":" text
  ///     row     = "#   " 1*DIGIT SP word ":" text
  ///     entry   = "#" user 2*SP word *( SP word )
  ///
  /// - Parameter senders: The file.
  init(in senders: String) {
    var user = ""
    for line in Machine.lines(senders) where line.hasPrefix("#") {
      if line.hasPrefix("#   ") {
        let words = line.dropFirst(4).split(separator: " ", maxSplits: 2)
        if words.count > 1, words[1].hasSuffix(":") {
          told.insert(Self.key(user, String(words[1].dropLast())))
        }
      } else if line.hasPrefix("# ") {
        user = String(line.dropFirst(2).prefix { $0 != " " && $0 != ":" })
      } else {
        let words = line.dropFirst().split(separator: " ").map(String.init)
        for word in words.dropFirst() { told.insert(Self.key(words[0], word)) }
      }
    }
  }

  private static func key(_ user: String, _ word: String) -> String { "\(user) \(word)" }

  /// Whether a word was told of a user, as a row or in an entry behind `#`.
  func contain(_ word: String, of user: String) -> Bool { told.contains(Self.key(user, word)) }
}
