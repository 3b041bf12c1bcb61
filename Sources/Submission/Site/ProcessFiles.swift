internal import InternetMessage
internal import LinuxSystem

/// What /proc/PID/status says of a process: its beginning (proc(5)).
///
///     status = "Name:" HTAB name LF *( key ":" HTAB value LF )
///
/// The kernel writes a line feed in a name as two characters, so that a name makes no line.
struct ProcessStatus: Sendable, Equatable {
  /// The first 15 bytes of the program's name, or what the process calls itself.
  let name: [UInt8]
  /// The process that has started it, or adopted it.
  let parentID: UInt32
  /// The real user.
  let userID: UInt32

  /// More lines than stand before the user: Linux 6 has nine.
  private static let maximumLines = 16

  /// Reads it; nil = the name, the parent or the user is missing, or cut.
  init?(_ text: [UInt8]) {
    var name: [UInt8]?
    var parent: UInt32?
    var start = 0
    for _ in 0..<Self.maximumLines {
      guard let end = ByteSearch.firstIndex(of: Octets.lineFeed, in: text, start..<text.count)
      else { return nil }
      // Keys are told by two letters and their length: this is on the way of every message.
      if end > start + 5 {
        switch (text[start], text[start + 1]) {
        case (UInt8(ascii: "N"), UInt8(ascii: "a")) where text[start + 5] == Self.tab:
          name = Array(text[(start + 6)..<end])
        case (UInt8(ascii: "P"), UInt8(ascii: "P")) where text[start + 5] == Self.tab:
          parent = Self.number(text, from: start + 6)
        case (UInt8(ascii: "U"), UInt8(ascii: "i")) where text[start + 4] == Self.tab:
          guard let name, let parent, let user = Self.number(text, from: start + 5) else {
            return nil
          }
          self.name = name
          (parentID, userID) = (parent, user)
          return
        default: break
        }
      }
      start = end + 1
    }
    return nil
  }

  private static let tab = UInt8(ascii: "\t")

  /// Reads the number at a place of a line; nil = there is none, or too large a one.
  private static func number(_ text: [UInt8], from start: Int) -> UInt32? {
    var number: UInt64?
    for index in start..<min(start + 11, text.count) {
      guard (0x30...0x39).contains(text[index]) else { break }
      number = (number ?? 0) * 10 + UInt64(text[index] - 0x30)
    }
    return number.flatMap { UInt32(exactly: $0) }
  }

  /// Whether it is one of the programs that `sh -c` runs.
  var isShell: Bool {
    name.elementsEqual("sh".utf8) || name.elementsEqual("dash".utf8)
      || name.elementsEqual("bash".utf8)
  }

  /// Whether its command line may be told to a user: it is the user's own, or root's.
  func isTrusted(by uid: UInt32) -> Bool { userID == uid || userID == 0 }
}

/// Other files of /proc/PID.
enum ProcessFiles {
  /// Makes one text of a command line.
  ///
  ///     cmdline = *( argument NUL )    ; or whatever the process has written there
  ///
  /// - Parameter bytes: The command line, or its beginning.
  /// - Returns: The arguments with blanks between them; nil = there is none.
  static func title(_ bytes: [UInt8]) -> [UInt8]? {
    var end = bytes.count
    while end > 0, bytes[end - 1] == 0 || bytes[end - 1] == UInt8(ascii: " ") { end -= 1 }
    guard end > 0 else { return nil }
    var text = Array(bytes[..<end])
    for index in text.indices where text[index] == 0 { text[index] = UInt8(ascii: " ") }
    return text
  }

  /// Finds the control group of version 2.
  ///
  ///     cgroup = *( number ":" [ controllers ] ":" path LF )    ; version 2 is "0::" path
  ///
  /// - Parameter text: The file, or its beginning.
  /// - Returns: The path; nil = it is the root, or there is none.
  static func controlGroup(_ text: [UInt8]) -> [UInt8]? {
    var start = 0
    // Of version 1 there is a line for each controller, a dozen.
    for _ in 0..<32 {
      let end = ByteSearch.firstIndex(of: Octets.lineFeed, in: text, start..<text.count)
      let length = (end ?? text.count) - start
      if length > 3, text[start] == UInt8(ascii: "0"), text[start + 1] == Octets.colon,
        text[start + 2] == Octets.colon, text[start + 3] == UInt8(ascii: "/")
      {
        return length > 4 ? Array(text[(start + 3)..<(start + length)]) : nil
      }
      guard let end else { return nil }
      start = end + 1
    }
    return nil
  }
}
