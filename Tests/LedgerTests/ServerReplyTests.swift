import Testing

@testable import Ledger

/// A reply and what it must read as.
private func read(_ text: String) -> ServerReplyReader.Finding {
  var reader = ServerReplyReader(.charge)
  return reader.next(in: Array(text.utf8), count: text.utf8.count)
}

@Suite("Replies of a quota server")
struct ServerReplyTests {
  static let granted: String =
    "*8\r\n$1\r\nG\r\n:1795460000\r\n:0\r\n:1\r\n:2\r\n:3\r\n:4\r\n:-1\r\n"
  static let whole: [String] = [
    "+OK\r\n", "-ERR no\r\n", ":12\r\n", ":-1\r\n", "$3\r\na\r\n\r\n", "$-1\r\n", "*0\r\n",
    "*2\r\n+S\r\n$-1\r\n", granted,
  ]

  @Test(arguments: whole)
  func `a reply is read whole, and cut anywhere it is incomplete`(text: String) {
    if case .reply = read(text) {} else { Issue.record("not a reply: \(text)") }
    for count in 0..<text.utf8.count {
      var reader = ServerReplyReader(.charge)
      #expect(reader.next(in: Array(text.utf8), count: count) == .incomplete)
      #expect(reader.position == 0)
    }
  }

  @Test
  func `two replies in one piece are read one after the other`() {
    let bytes = Array("+OK\r\n:7\r\n".utf8)
    var reader = ServerReplyReader(.charge)
    #expect(reader.next(in: bytes, count: bytes.count) == .reply(.simple(Array("OK".utf8))))
    #expect(reader.next(in: bytes, count: bytes.count) == .reply(.integer(7)))
    #expect(reader.next(in: bytes, count: bytes.count) == .incomplete)
  }

  static let hostile: [String] = [
    "x", "OK\r\n", "HTTP/1.1 400 Bad Request\r\n", ":\r\n", ":1x\r\n", ":+1\r\n", ": 1\r\n",
    ":99999999999999999999\r\n", ":18446744073709551616\r\n", "$\r\n", "$-2\r\n", "$2049\r\n",
    "$9223372036854775807\r\n", "$3\r\nabcd\r\n", "$3\r\nabc\n\n", "+a\nb\r\n", "+a\rb\r\n",
    "*-1\r\n", "*17\r\n", "*4294967296\r\n", "*9223372036854775807\r\n", "*1\r\n*1\r\n:1\r\n",
    "*1\r\n-ERR\r\n", "*1\r\n%1\r\n", "_\r\n", "#t\r\n", ",1.5\r\n", "~1\r\n", ">1\r\n",
  ]

  @Test(arguments: hostile)
  func `what is no reply of ours is malformed, whatever it claims to be`(text: String) {
    #expect(read(text) == .malformed)
  }

  static let endless: [String] = ["+", "-", ":", "$", "*", "*1\r\n+", "*16\r\n", "*1\r\n$2000\r\n"]

  @Test(arguments: endless)
  func `a reply that does not end is malformed once there is no more room`(start: String) {
    let text = start + String(repeating: "1", count: ServerReply.Bounds.charge.bytes)
    #expect(read(text) == .malformed)
  }

  @Test
  func `arrays in arrays are not followed down`() {
    #expect(read(String(repeating: "*1\r\n", count: 500)) == .malformed)
  }
}
