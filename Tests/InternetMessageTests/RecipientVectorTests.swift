import InternetMessage
import Testing

@Suite("The adversarial recipients, rows 31–41")
struct RecipientVectorTests {
  @Test
  func `every recipient list reads as the table says`() throws {
    let table = try Vectors.table("recipients")
    #expect(table.count > 20)
    for row in table {
      let bytes = try Vectors.bytes("recipients", row[0])
      do throws(MessageError) {
        let found = try recipients(bytes, isArgument: row[0].hasSuffix(".arg"))
        #expect(["permit", "recipient-limit", "no-recipients"].contains(row[1]), "\(row[0])")
        #expect(String(found.count) == row[2], "\(row[0])")
        if row[3] != "..." { #expect(found.joined(separator: " ") == row[3], "\(row[0])") }
      } catch {
        let reason = error.kind == .header ? "header-malformed" : "recipient-malformed"
        #expect(row[1] == reason, "\(row[0])")
      }
    }
  }

  private func recipients(
    _ bytes: [UInt8], isArgument: Bool
  ) throws(MessageError) -> [String] {
    let found =
      isArgument
      ? try RecipientList.parse(bytes, emptyIsError: true)
      : try RecipientList.extract(
        from: HeaderSection(parsing: Vectors.headerSection(of: bytes)))
    return found.map { String(decoding: $0.written, as: UTF8.self) }
  }
}
