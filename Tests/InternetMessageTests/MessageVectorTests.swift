import InternetMessage
import Testing

@Suite("The adversarial messages, rows 1–30")
struct MessageVectorTests {
  @Test(arguments: ["messages", "recipients"])
  func `every file has its row`(directory: String) throws {
    #expect(try Vectors.names(directory) == Set(Vectors.table(directory).map { $0[0] }))
  }

  @Test
  func `every message reads as the table says`() throws {
    let table = try Vectors.table("messages")
    #expect(table.count > 45)
    for row in table {
      let message = try Vectors.bytes("messages", row[0])
      let hasDotRule = !row[1].contains("-i")
      let bytes = Vectors.headerSection(of: message, dotEnds: hasDotRule)
      let found = reading(bytes)
      if row[3] == "..." {
        #expect(found != "none" && !Self.reasons.contains(found), "\(row[0])")
      } else {
        #expect(found == expectation(row), "\(row[0])")
      }
    }
  }

  /// What the header section alone refuses.
  private static let reasons = ["header-malformed", "from-ambiguous"]

  /// What the header section alone decides.
  private func expectation(_ row: [String]) -> String {
    row[3] == "-" ? row[2] : row[3]
  }

  private func reading(_ bytes: [UInt8]) -> String {
    do throws(MessageError) {
      let section = try HeaderSection(repairing: bytes)
      try section.checkFieldLengths(removingBlindCopies: true)
      let from = try Identities(reading: section, .repairing).from
      let first = from.addresses.first
      return first.map { String(decoding: $0.written, as: UTF8.self) } ?? "none"
    } catch {
      switch error.kind {
      case .header: return "header-malformed"
      case .identity: return "from-ambiguous"
      case .recipient: return "recipient-malformed"
      }
    }
  }
}
