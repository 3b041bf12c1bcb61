internal import InternetMessage

/// The text of postern.cf, changed name by name: comments, order and all other lines stay as they
/// are.
package struct ConfigurationEdit {
  /// The lines without their ends.
  private var lines: [[UInt8]]

  /// Begins with a text.
  ///
  /// - Parameter text: postern.cf.
  package init(_ text: [UInt8]) {
    lines = text.split(separator: Octets.lineFeed, omittingEmptySubsequences: false).map {
      Array($0)
    }
    // What stands behind the last line end is no line.
    if lines.last == [] { lines.removeLast() }
  }

  /// The text as it is now.
  package var text: [UInt8] { lines.flatMap { $0 + [Octets.lineFeed] } }

  /// Sets a name: where it is set, else after the comment line that shows it, else at the end.
  ///
  /// - Parameters:
  ///   - name: The name.
  ///   - value: The value, without line ends.
  package mutating func set(_ name: String, to value: [UInt8]) {
    let line = Words.trimmed((Array("\(name) = ".utf8) + value)[...])
    if let place = place(of: name) {
      removeText(in: (place.lowerBound + 1)..<place.upperBound)
      lines[place.lowerBound] = Array(line)
    } else {
      lines.insert(Array(line), at: placeAfterSample(of: name) ?? lines.count)
    }
  }

  /// Takes a name out; without it the default holds.
  ///
  /// - Parameter name: The name. Where it is not set nothing changes.
  package mutating func unset(_ name: String) {
    if let place = place(of: name) { removeText(in: place) }
  }

  /// The lines of a setting, from its first to the last one that continues it.
  private func place(of name: String) -> Range<Int>? {
    var reader = LogicalLines(text, maximumBytes: ConfigurationFile.maximumLineBytes)
    while let line = reader.next() {
      if let equals = line.text.firstIndex(of: Octets.equals),
        Octets.matches(Words.trimmed(line.text[..<equals]), name)
      {
        return (line.number - 1)..<line.lastNumber
      }
    }
    return nil
  }

  /// Takes out what is text; a comment between the lines of a setting stays.
  private mutating func removeText(in range: Range<Int>) {
    for index in range.reversed() {
      let line = Words.trimmed(lines[index][...])
      if !line.isEmpty, line.first != Octets.hash { lines.remove(at: index) }
    }
  }

  /// The place after the first comment line `#name =`.
  private func placeAfterSample(of name: String) -> Int? {
    let sample = lines.firstIndex { line in
      guard line.first == Octets.hash, let equals = line.firstIndex(of: Octets.equals) else {
        return false
      }
      return Octets.matches(Words.trimmed(line[1..<equals]), name)
    }
    guard let sample else { return nil }
    // A comment may stand inside another setting, which a new line would cut in two.
    var reader = LogicalLines(text, maximumBytes: ConfigurationFile.maximumLineBytes)
    while let line = reader.next() {
      if line.number <= sample, sample < line.lastNumber { return line.lastNumber }
    }
    return sample + 1
  }
}
