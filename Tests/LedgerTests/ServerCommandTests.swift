import Testing

@testable import Ledger

@Suite("Commands to a quota server")
struct ServerCommandTests {
  @Test func `a command is an array of strings, byte by byte`() {
    var command = ServerCommand(wordCount: 3)
    command.append("FCALL")
    command.append(UInt64(0))
    command.append([UInt8]())
    #expect(command.bytes == Array("*3\r\n$5\r\nFCALL\r\n$1\r\n0\r\n$0\r\n\r\n".utf8))
  }

  @Test func `a word of any bytes is told by its length, so that none can end it`() {
    var command = ServerCommand(wordCount: 1)
    command.append(Array("a\r\n$1\r\n\0\u{FF}".utf8))
    #expect(command.bytes == Array("*1\r\n$10\r\na\r\n$1\r\n\0\u{FF}\r\n".utf8))
  }

  @Test func `the greatest number has all its digits`() {
    var command = ServerCommand(wordCount: 1)
    command.append(UInt64.max)
    #expect(command.bytes == Array("*1\r\n$20\r\n18446744073709551615\r\n".utf8))
  }

  @Test func `a command follows what is sent before it in the same piece`() {
    var command = ServerCommand(wordCount: 1, after: Array("before".utf8))
    command.append("x")
    #expect(command.bytes == Array("before*1\r\n$1\r\nx\r\n".utf8))
  }
}
