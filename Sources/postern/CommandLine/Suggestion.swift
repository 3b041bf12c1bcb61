/// Finds what somebody may have meant.
enum Suggestion {
  /// The longest word that is compared, in characters.
  private static let wordLength = 64

  /// Words a suggestion.
  ///
  /// - Parameters:
  ///   - word: What was typed.
  ///   - candidates: What exists.
  /// - Returns: `; did you mean 'x'?`, or an empty text if nothing is near.
  static func text(for word: String, among candidates: some Sequence<String>) -> String {
    guard let nearest = nearest(to: word, among: candidates) else { return "" }
    return "; did you mean '\(nearest)'?"
  }

  private static func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
    let typed = Array(word.prefix(wordLength))
    // A third of the word may be wrong, in a short one a single character.
    let tolerance = max(1, typed.count / 3)
    var best: (name: String, distance: Int)?
    for candidate in candidates {
      let name = Array(candidate.prefix(wordLength))
      guard abs(name.count - typed.count) <= tolerance else { continue }
      let distance = distance(typed, name)
      if distance <= tolerance, distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.name
  }

  /// The optimal string alignment distance: insertions, deletions, substitutions and swaps of
  /// neighbours.
  private static func distance(_ first: [Character], _ second: [Character]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...second.count)
    for (row, one) in first.enumerated() {
      var current = [row + 1]
      for (column, other) in second.enumerated() {
        var cost = min(last[column] + (one == other ? 0 : 1), last[column + 1] + 1)
        cost = min(cost, current[column] + 1)
        let isSwap =
          row > 0 && column > 0 && one == second[column - 1] && first[row - 1] == other
        if isSwap { cost = min(cost, beforeLast[column - 1] + 1) }
        current.append(cost)
      }
      (beforeLast, last) = (last, current)
    }
    return last[second.count]
  }
}
