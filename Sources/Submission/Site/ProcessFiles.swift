internal import InternetMessage

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
    var name: ArraySlice<UInt8>?
    var parent: UInt32?
    var user: UInt32?
    var rest = text[...]
    for _ in 0..<Self.maximumLines {
      guard let end = rest.firstIndex(of: Octets.lineFeed) else { break }
      let line = rest[..<end]
      rest = rest[(end + 1)...]
      switch line.first {
      case UInt8(ascii: "N") where name == nil: name = Self.value(line, of: "Name:\t")
      case UInt8(ascii: "P") where parent == nil:
        parent = Self.value(line, of: "PPid:\t").flatMap(Self.number)
      case UInt8(ascii: "U") where user == nil:
        user = Self.value(line, of: "Uid:\t").flatMap(Self.number)
      default: break
      }
      if user != nil { break }
    }
    guard let name, let parent, let user else { return nil }
    self.name = Array(name)
    (parentID, userID) = (parent, user)
  }

  private static func value(_ line: ArraySlice<UInt8>, of key: String) -> ArraySlice<UInt8>? {
    line.starts(with: key.utf8) ? line.dropFirst(key.utf8.count) : nil
  }

  /// Reads the number at the beginning of a value.
  private static func number(_ value: ArraySlice<UInt8>) -> UInt32? {
    var number: UInt32?
    for byte in value {
      guard (0x30...0x39).contains(byte) else { break }
      let (product, isTooLarge) = (number ?? 0).multipliedReportingOverflow(by: 10)
      let (sum, isStillTooLarge) = product.addingReportingOverflow(UInt32(byte - 0x30))
      guard !isTooLarge, !isStillTooLarge else { return nil }
      number = sum
    }
    return number
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
    var text = bytes
    while let last = text.last, last == 0 || last == UInt8(ascii: " ") { text.removeLast() }
    for index in text.indices where text[index] == 0 { text[index] = UInt8(ascii: " ") }
    return text.isEmpty ? nil : text
  }

  /// Finds the control group of version 2.
  ///
  ///     cgroup = *( number ":" [ controllers ] ":" path LF )    ; version 2 is "0::" path
  ///
  /// - Parameter text: The file, or its beginning.
  /// - Returns: The path; nil = it is the root, or there is none.
  static func controlGroup(_ text: [UInt8]) -> [UInt8]? {
    var rest = text[...]
    // Of version 1 there is a line for each controller, a dozen.
    for _ in 0..<32 {
      let end = rest.firstIndex(of: Octets.lineFeed) ?? rest.endIndex
      if rest.starts(with: "0::/".utf8) {
        let path = rest[..<end].dropFirst(3)
        return path.count > 1 ? Array(path) : nil
      }
      guard end < rest.endIndex else { return nil }
      rest = rest[(end + 1)...]
    }
    return nil
  }
}
