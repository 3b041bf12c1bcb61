internal import LinuxSystem

/// The thin layer between examinations and the machine: bounded reads, programs that end.
enum Machine {
  /// What a program said.
  struct Output: Equatable {
    /// Its exit status; nil if a signal ended it.
    let status: Int32?
    /// Standard output.
    let text: String
    /// The beginning of standard error.
    let errors: String

    /// Why it did not do what it should, as far as it said so.
    var complaint: String? {
      let said = errors.trimmed.isEmpty ? text : errors
      return said.trimmed.isEmpty ? nil : Machine.lines(said.trimmed).first
    }

    /// The text, if the program succeeded.
    var success: String? { status == 0 ? text : nil }
  }

  /// The largest file that is read, in bytes.
  private static let fileBytes = 4 << 20

  /// The tables of TCP sockets; a line of them has 150 bytes, and a busy server 100 000 lines.
  static func socketTables() -> [String] {
    ["/proc/net/tcp", "/proc/net/tcp6"].compactMap { text($0, limit: 64 << 20) }
  }

  /// Returns the text of a file; nil if it cannot be read or is larger than anybody writes by hand.
  static func text(_ path: String, limit: Int = fileBytes) -> String? {
    // Not blocking: a FIFO must not hold the doctor up.
    guard let file = try? FileDescriptor.open(path: path, options: [.followLinks, .nonBlocking]),
      let status = try? file.status(), status.isRegular,
      let bytes = try? file.readToEnd(limit: limit)
    else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Returns the names in a directory; none if there is no such directory.
  static func entries(_ path: String) -> [String] {
    let names = (try? FileSystem.names(in: Array(path.utf8))) ?? []
    return names.map { String(decoding: $0, as: UTF8.self) }
  }

  /// Returns what the kernel knows about a file; nil if it cannot be told.
  static func status(_ path: String, followingLinks: Bool = true) -> FileStatus? {
    try? fileStatus(path, followingLinks: followingLinks)
  }

  /// Whether there is a file, a directory or a link with such a name.
  static func exists(_ path: String) -> Bool { status(path, followingLinks: false) != nil }

  /// Whether a program is installed that root may run.
  static func has(_ program: String) -> Bool { (try? Child.find(program)) != nil }

  /// Runs a program, see `Child`.
  ///
  /// - Parameters:
  ///   - words: The program, by name or path, and its arguments.
  ///   - account: Whom root makes of it; nil = it stays root.
  /// - Returns: What it said; nil if it is not installed, is not root's, or could not be run to its
  ///   end.
  static func run(_ words: [String], as account: Account? = nil) -> Output? {
    guard let capture = try? Child.run(words.map { Array($0.utf8) }, as: account) else {
      return nil
    }
    let status: Int32? = if case .exited(let status) = capture.reason { status } else { nil }
    return Output(
      status: status, text: String(decoding: capture.output, as: UTF8.self),
      errors: String(decoding: capture.errors, as: UTF8.self))
  }

  /// Splits a text into its lines, without line ends.
  static func lines(_ text: String) -> [String] {
    text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .map { String(decoding: $0.last == 0x0D ? $0.dropLast() : $0, as: UTF8.self) }
  }
}

extension String {
  /// Without white space at both ends.
  var trimmed: String {
    let isBlank = { (byte: UInt8) in byte <= 0x20 }
    let bytes = utf8.drop(while: isBlank).reversed().drop(while: isBlank).reversed()
    return String(decoding: Array(bytes), as: UTF8.self)
  }

  /// The parts between white space and commas, as Postfix splits its lists.
  var listWords: [String] {
    split { $0 == "," || $0.isWhitespace }.map(String.init)
  }

  /// Divides at the first of a character; nil without one.
  func divided(at separator: Character) -> (String, String)? {
    guard let position = firstIndex(of: separator) else { return nil }
    return (String(self[..<position]), String(self[index(after: position)...]))
  }
}
