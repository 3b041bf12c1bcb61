import Foundation
import InternetMessage
import Testing

@Suite("The adversarial messages, rows 1–30, to their decision")
struct MessageDecisionTests {
  @Test func `every message is decided as the table says, and handed over in canonical form`()
    throws
  {
    let policy = try Decided.policy("good@ok.example", domain: "ok.example")
    for row in try Self.table() {
      let message = try Self.bytes(row[0])
      let words = row[1].split(separator: " ").map(String.init) + ["r@ok.example"]
      let decided = try Decided(message, words, policy)
      #expect(decided.decision == row[2], "\(row[0]): \(decided.text)")
      guard decided.decision == "permit" else { continue }
      let original = row[3] == "none" ? nil : try Self.original(message)
      let expected = row.count > 5 ? row[5] : original
      #expect(decided.body(.from) == expected ?? "Alice A <good@ok.example>", "\(row[0])")
    }
  }

  /// The body of From: as it came.
  private static func original(_ message: [UInt8]) throws -> String? {
    var text = String(decoding: message, as: UTF8.self)
    while text.hasPrefix("From ") || text.hasPrefix(">") {
      text = String(text[text.index(after: text.firstIndex(of: "\n") ?? text.startIndex)...])
    }
    let bytes = [UInt8](text.replacing("\r\n", with: "\n").utf8)
    let lines = String(decoding: bytes, as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false
    ).prefix { !$0.isEmpty && $0 != "." }
    let header = [UInt8](lines.map { $0 + "\n" }.joined().utf8)
    guard let section = try? HeaderSection(parsing: header), let from = section.all(.from).first
    else { return nil }
    return String(decoding: section.unfoldedBody(of: from), as: UTF8.self)
  }

  private static func bytes(_ file: String) throws -> [UInt8] {
    let path = directory.appending(component: file).path()
    return [UInt8](try #require(FileManager.default.contents(atPath: path)))
  }

  private static func table() throws -> [[String]] {
    String(decoding: try bytes("expected.tsv"), as: UTF8.self).split(separator: "\n")
      .filter { !$0.hasPrefix("#") }.map {
        $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      }
  }

  private static var directory: URL {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Vectors/messages")
  }
}
