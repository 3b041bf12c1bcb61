import Policy
import Testing

@Suite("Maps as data (Tests/Vectors/senders)")
struct SendersVectorTests {
  @Test func `every map has the problems that the table says`() throws {
    let table = String(decoding: Vectors.file("expected.tsv", in: "senders"), as: UTF8.self)
    let rows = table.split(separator: "\n").filter { !$0.hasPrefix("#") }.map {
      $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    }
    #expect(Set(rows.map { $0[0] } + ["expected.tsv"]) == (try Vectors.names("senders")))
    for row in rows {
      let file = Vectors.file(row[0], in: "senders")
      let (entries, problems) = SendersFile.parse(file, file: row[0])
      let found = Vectors.lines(problems).split(separator: "\n").joined(separator: ", ")
      #expect((found.isEmpty ? "none" : found) == row[1], "\(row[0])")
      #expect(!problems.isEmpty || entries.count == 1, "\(row[0])")
    }
  }
}
