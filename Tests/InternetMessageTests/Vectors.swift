import Foundation
import InternetMessage
import Testing

/// The files in Tests/Vectors and their tables.
enum Vectors {
  /// The lines of a table, cut at tabs.
  static func table(_ directory: String) throws -> [[String]] {
    let text = String(decoding: try bytes(directory, "expected.tsv"), as: UTF8.self)
    return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
      line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    }
  }

  /// The bytes of one file.
  static func bytes(_ directory: String, _ file: String) throws -> [UInt8] {
    let path = top.appending(components: directory, file).path()
    return [UInt8](try #require(FileManager.default.contents(atPath: path)))
  }

  /// The names of a directory's files, the table itself left out.
  static func names(_ directory: String) throws -> Set<String> {
    let path = top.appending(components: directory).path()
    return Set(try FileManager.default.contentsOfDirectory(atPath: path))
      .subtracting(["expected.tsv"])
  }

  private static var top: URL {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(components: "Vectors")
  }

  /// The header section that is left of a message when lines are read as sendmail reads them:
  /// mbox lines dropped, trailing CRs stripped, a dot ends it without `-i`, and a first line that
  /// is no header begins the body.
  static func headerSection(of message: [UInt8], dotEnds: Bool = false) -> [UInt8] {
    var section: [UInt8] = []
    for var line in message.split(separator: 0x0A, omittingEmptySubsequences: false) {
      while line.last == 0x0D { line.removeLast() }
      if section.isEmpty {
        let isMbox = line.drop { $0 == 0x3E }.starts(with: "From ".utf8)
        if isMbox && line.count < MessageLimits.fieldStartBytes { continue }
        if !HeaderSection.beginsField(Array(line).span) { return [] }
      }
      if line.isEmpty || (dotEnds && Array(line) == [0x2E]) { break }
      section += line + [0x0A]
    }
    return section
  }
}
