import LinuxSystem
import Testing

@testable import Submission

@Suite("Command lines as data (Tests/Vectors/options)")
struct InvocationVectorTests {
  static let file = "invocation.tsv"

  static let lines: [Substring] = {
    let path = String(#filePath).split(separator: "/").dropLast(2).joined(separator: "/")
    guard
      let data = try? FileDescriptor.open(path: "/\(path)/Vectors/options/\(file)"),
      let bytes = try? data.readToEnd(limit: 1 << 20)
    else { return [] }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
  }()
  static let vectors = lines.compactMap { InvocationVector(line: $0) }

  @Test
  func `every line of the file is a comment or a vector`() {
    #expect(Self.vectors.count == Self.lines.filter { !$0.hasPrefix("#") }.count)
    #expect(Self.vectors.count > 300)
  }

  @Test(arguments: vectors)
  func `a command line means what the vector says`(_ vector: InvocationVector) {
    #expect(InvocationRendering.line(vector.argv) == vector.expected)
  }

  @Test(arguments: vectors)
  func `what is handed over means the same again`(_ vector: InvocationVector) throws {
    guard let first = try? Invocation.parse(vector.argv), first.mode == .deliver else { return }
    let words = ["sendmail", "-i", "-f"].map { Array($0.utf8) } + [first.sender ?? []]
    let again = try Invocation.parse(
      words + first.handoffOptions + [Array("--".utf8)] + first.recipients)
    #expect(again.mode == .deliver)
    #expect(again.recipients == first.recipients)
    #expect(again.bodyType == first.bodyType)
    #expect(again.notify == first.notify)
    #expect(again.returnContent == first.returnContent)
    #expect(again.envelopeID == first.envelopeID)
    #expect(again.verp == first.verp)
    #expect(again.verifyOnly == first.verifyOnly)
    #expect(!again.extractRecipients)
  }
}
