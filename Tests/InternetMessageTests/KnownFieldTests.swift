import InternetMessage
import Testing

@Suite("Known fields")
struct KnownFieldTests {
  @Test(arguments: KnownField.allCases)
  func `every field is found by its name, without case`(_ field: KnownField) throws {
    for name in [field.name, field.name.lowercased(), field.name.uppercased()] {
      let section = try HeaderSection(parsing: Array((name + ": x\n").utf8))
      #expect(section.fields.map(\.known) == [field])
    }
  }

  @Test(arguments: ["Fro", "Froma", "Fr0m", "Resent-Too", "X-From"])
  func `a name beside a known one is unknown`(_ name: String) throws {
    let section = try HeaderSection(parsing: Array((name + ": x\n").utf8))
    #expect(section.fields.map(\.known) == [nil])
  }
}
