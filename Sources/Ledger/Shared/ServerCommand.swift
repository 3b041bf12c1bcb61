internal import Policy

/// A command to the quota server: an array of bulk strings of RESP 2.
package struct ServerCommand {
  /// What is sent.
  package private(set) var bytes: [UInt8]

  /// Begins a command.
  ///
  /// - Parameters:
  ///   - count: How many words it will have.
  ///   - before: What is sent in the same piece before it.
  package init(wordCount count: Int, after before: [UInt8] = []) {
    bytes = before
    bytes.reserveCapacity(before.count + 768)
    head(UInt8(ascii: "*"), count)
  }

  /// Adds a word of any bytes.
  package mutating func append(_ word: [UInt8]) {
    head(UInt8(ascii: "$"), word.count)
    bytes += word
    end()
  }

  /// Adds a word of the program's own.
  mutating func append(_ word: StaticString) {
    append([UInt8](word.description.utf8))
  }

  /// Adds a number.
  mutating func append(_ number: UInt64) {
    var digits: [UInt8] = []
    digits.append(decimal: number)
    append(digits)
  }

  private mutating func head(_ kind: UInt8, _ count: Int) {
    bytes.append(kind)
    bytes.append(decimal: UInt64(count))
    end()
  }

  private mutating func end() {
    bytes.append(0x0D)
    bytes.append(0x0A)
  }
}
