internal import InternetMessage

/// postern.cf, in the syntax of Postfix's main.cf without `$name`.
///
///     setting = name *WSP "=" *WSP value
package struct ConfigurationFile: Sendable, Equatable {
  /// The longest file in bytes: a thousand times a large one.
  package static let maximumBytes = 1 << 20
  /// The longest logical line in bytes; it bounds what is kept of one value.
  package static let maximumLineBytes = 16_384

  /// Its name, for the problems.
  package let name: String
  /// The settings; where there are problems they must not be used.
  package private(set) var configuration: Configuration
  /// All problems, in the order of lines.
  package private(set) var problems: [FileProblem] = []
  /// The lines that set something, by the code of the setting.
  private var lines: [UInt16: Int] = [:]

  /// Takes the place of a file that cannot be read.
  ///
  /// - Parameters:
  ///   - name: Its name.
  ///   - configuration: What it says.
  package init(name: String, configuration: Configuration = Configuration()) {
    self.name = name
    self.configuration = configuration
  }

  /// Reads postern.cf.
  ///
  /// - Parameters:
  ///   - bytes: The file, at most `maximumBytes`.
  ///   - file: Its name, for the problems.
  /// - Returns: The settings and all problems.
  /// - Complexity: Linear in the size of the file.
  package static func parse(_ bytes: [UInt8], file: String) -> ConfigurationFile {
    var result = ConfigurationFile(name: file)
    guard bytes.count <= maximumBytes else {
      result.complain(.fileTooLarge(limit: maximumBytes), line: 0)
      return result
    }
    var lines = LogicalLines(bytes, maximumBytes: maximumLineBytes)
    while let line = lines.next() {
      if let fault = line.fault ?? result.read(line) { result.complain(fault, line: line.number) }
    }
    return result
  }

  /// Returns the line that sets a name, `nil` if none does.
  package func line(of name: String) -> Int? {
    Setting.parameter(named: Array(name.utf8)[...]).flatMap { lines[$0.code] }
  }

  /// Reads one logical line; returns what is wrong with it.
  private mutating func read(_ line: LogicalLine) -> FileFault? {
    guard let equals = line.text.firstIndex(of: Octets.equals) else {
      return .missingEquals(text: Array(line.text.prefix(64)))
    }
    let name = Words.trimmed(line.text[..<equals])
    let value = Words.trimmed(line.text[(equals + 1)...])
    guard let setting = Setting.parameter(named: name) else {
      return .unknownName(Array(name.prefix(64)))
    }
    if let firstLine = lines[setting.code] {
      return .repeatedName(Array(name), firstLine: firstLine)
    }
    lines[setting.code] = line.number
    return setting.read(value, into: &configuration)
  }

  private mutating func complain(_ fault: FileFault, line: Int) {
    problems.append(FileProblem(file: name, line: line, fault: fault))
  }
}
