import Testing

@testable import Submission

@Suite("Command line")
struct InvocationTests {
  @Test
  func `the option table is Postfix's getopt string`() {
    let list = SendmailOptions.table.map { option in
      String(Unicode.Scalar(option.letter)) + (option.takesValue ? ":" : "")
    }
    #expect(list.joined() == "A:B:C:F:GIL:N:O:R:UV:X:b:ce:f:h:imno:p:r:q:tvx")
  }

  @Test
  func `the greatest number of words is read, one more is refused`() throws {
    let limit = Invocation.Limits.words
    let word = Array("a".utf8)
    let argv = [[UInt8]](repeating: word, count: limit)
    #expect(try Invocation.parse(argv).recipients.count == limit - 1)
    #expect(throws: InvocationError.usage(.tooManyWords(limit: limit))) {
      try Invocation.parse(argv + [word])
    }
  }

  @Test
  func `the greatest number of bytes is read, one more is refused`() throws {
    let limit = Invocation.Limits.bytes
    let argv = [Array("s".utf8), [UInt8](repeating: 0x61, count: limit - 1)]
    #expect(try Invocation.parse(argv).recipients.count == 1)
    #expect(throws: InvocationError.usage(.tooManyBytes(limit: limit))) {
      try Invocation.parse(argv + [[0x61]])
    }
  }

  @Test
  func `what is handed over never repeats the caller's debugging`() throws {
    let once = try Invocation.parse([[], Array("-v".utf8)])
    let twice = try Invocation.parse([[], Array("-vv".utf8)])
    #expect(once.handoffOptions == [Array("-v".utf8)])
    #expect(twice.handoffOptions.isEmpty)
  }

  @Test
  func `an envelope ID of two bytes is handed over where Postfix cannot read it as VERP`() throws {
    let invocation = try Invocation.parse([[], Array("-iVab".utf8)])
    #expect(invocation.handoffOptions == [Array("-iV".utf8), Array("ab".utf8)])
  }
}
