internal import LinuxSystem

/// Why a log cannot be read.
enum LogError: Error, Equatable {
  case system(Errno)
  /// It begins like a file of gzip, bzip2, xz or zstd.
  case compressed
}

/// Reads a log line by line, with one buffer whatever the size of the log.
struct LogLines: ~Copyable {
  /// Longer lines are none of Postern's, which have 2 048 bytes, and are skipped.
  static let bufferBytes = 1 << 20

  private let file: FileDescriptor
  private var buffer: [UInt8]
  private var filled = 0
  private var isSkipping = false

  /// Takes a log.
  ///
  /// - Parameters:
  ///   - file: The log, read from where its position is.
  ///   - bufferBytes: How much is read at once, and the longest line.
  init(_ file: consuming FileDescriptor, bufferBytes: Int = Self.bufferBytes) {
    self.file = file
    buffer = [UInt8](repeating: 0, count: bufferBytes)
  }

  /// Reads all lines.
  ///
  /// - Parameter take: Gets the buffer and the place of one line in it, without its end.
  /// - Throws: `LogError`.
  mutating func forEach(_ take: ([UInt8], Range<Int>) -> Void) throws(LogError) {
    var isFirst = true
    while true {
      let count: Int
      do { count = try file.read(into: &buffer, at: filled) } catch { throw .system(error) }
      guard count > 0 else { break }
      if isFirst, Self.isCompressed(buffer[..<count]) { throw .compressed }
      isFirst = false
      filled += count
      split(take)
    }
    if filled > 0, !isSkipping { take(buffer, 0..<filled) }
  }

  private static func isCompressed(_ bytes: ArraySlice<UInt8>) -> Bool {
    let signatures: [[UInt8]] = [
      [0x1F, 0x8B], [0xFD, 0x37, 0x7A, 0x58, 0x5A], [0x28, 0xB5, 0x2F, 0xFD], [0x42, 0x5A, 0x68],
    ]
    return signatures.contains { bytes.starts(with: $0) }
  }

  private mutating func split(_ take: ([UInt8], Range<Int>) -> Void) {
    var start = 0
    while let end = ByteSearch.firstIndex(of: 0x0A, in: buffer, start..<filled) {
      if !isSkipping { take(buffer, start..<end) }
      isSkipping = false
      start = end + 1
    }
    let rest = filled - start
    if rest == buffer.count {
      isSkipping = true
      filled = 0
    } else {
      // Moving the begun line to the front keeps the buffer from growing.
      if start > 0 { buffer.replaceSubrange(0..<rest, with: Array(buffer[start..<filled])) }
      filled = rest
    }
  }
}

/// A line of the system log that Postern has written.
struct LogHead: Equatable {
  /// Where the text begins.
  let text: Int
  /// The part of the time that names the minute; empty where the line has no time.
  let minute: Range<Int>

  /// Finds the text of a decision.
  ///
  ///     line = [ time SP host SP "postern" [ "[" 1*DIGIT "]" ] ":" SP ] text
  ///
  /// What another program logs may hold the same words: they do not count, since its name stands in
  /// Postern's place. The result is nil for such a line, and for any other.
  ///
  /// - Parameters:
  ///   - bytes: Holds the line.
  ///   - line: Where it is.
  init?(_ bytes: [UInt8], _ line: Range<Int>) {
    let name = Array("verdict".utf8)
    guard let equals = ByteSearch.firstIndex(of: UInt8(ascii: "="), in: bytes, line),
      equals - line.lowerBound >= name.count,
      bytes[(equals - name.count)..<equals].elementsEqual(name)
    else { return nil }
    text = equals - name.count
    guard text > line.lowerBound else {
      minute = text..<text
      return
    }
    let head = bytes[line.lowerBound..<text]
    guard let time = Self.time(head) else { return nil }
    minute = head.startIndex..<time.minute
    guard Self.isOrigin(head[time.end...]) else { return nil }
  }

  /// Reads the time, and the blank behind it.
  ///
  ///     time = "Nov 24 00:12:42" [ "." 1*DIGIT ] / "2026-11-24T00:12:42" *( VCHAR )
  private static func time(_ head: ArraySlice<UInt8>) -> (minute: Int, end: Int)? {
    let traditional = Array("Aaa 99 99:99:99".utf8)
    let iso = Array("9999-99-99T99:99:99".utf8)
    let start = head.startIndex
    let length: Int
    let minute: Int
    if matches(head, traditional) {
      (length, minute) = (traditional.count, start + "Aaa 99 99:99".utf8.count)
    } else if matches(head, iso) {
      (length, minute) = (iso.count, start + "9999-99-99T99:99".utf8.count)
    } else {
      return nil
    }
    guard let blank = head[(start + length)...].firstIndex(of: UInt8(ascii: " ")) else {
      return nil
    }
    return (minute, blank + 1)
  }

  /// Compares with a form: `9` is a digit (a day below ten has a blank before it), letters are
  /// letters.
  private static func matches(_ head: ArraySlice<UInt8>, _ form: [UInt8]) -> Bool {
    guard head.count > form.count else { return false }
    return zip(head, form).enumerated().allSatisfy { position, pair in
      switch pair.1 {
      case UInt8(ascii: "9"):
        (0x30...0x39).contains(pair.0) || (position == 4 && pair.0 == UInt8(ascii: " "))
      case UInt8(ascii: "A"): (0x41...0x5A).contains(pair.0)
      case UInt8(ascii: "a"): (0x61...0x7A).contains(pair.0)
      default: pair.0 == pair.1
      }
    }
  }

  /// Tells whether this is a host's name and Postern's.
  private static func isOrigin(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard let blank = bytes.firstIndex(of: UInt8(ascii: " ")), blank > bytes.startIndex else {
      return false
    }
    var name = bytes[(blank + 1)...]
    guard name.starts(with: "postern".utf8) else { return false }
    name = name.dropFirst("postern".utf8.count)
    if name.first == UInt8(ascii: "[") {
      let digits = name.dropFirst().prefix { (0x30...0x39).contains($0) }
      name = name.dropFirst(digits.count + 1)
      guard !digits.isEmpty, name.popFirst() == UInt8(ascii: "]") else { return false }
    }
    return name.elementsEqual(": ".utf8)
  }
}
