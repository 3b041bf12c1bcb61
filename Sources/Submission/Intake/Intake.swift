internal import InternetMessage
package import LinuxSystem
package import Policy

/// Where the bytes of a message come from.
package protocol MessageSource: ~Copyable {
  /// Reads a piece of the message.
  ///
  /// - Parameter buffer: Where the bytes go, not empty; its count does not change.
  /// - Returns: The number of bytes read; 0 is the end of the message.
  /// - Throws: `Errno`: the message is not complete and never will be.
  mutating func read(into buffer: inout [UInt8]) throws(Errno) -> Int
}

/// An open file that holds nothing but the message, as standard input does for plain sendmail(1).
extension FileDescriptor: MessageSource {
  package func read(into buffer: inout [UInt8]) throws(Errno) -> Int {
    try read(into: &buffer, at: 0)
  }
}

/// The message as it was read: the canonical header section in memory, everything else in a memfd.
///
/// The body is never held in memory. It is in the memfd after a gap that is large enough for the
/// header section, which is written there when its final form is known (see `seal(header:)`).
package struct Intake: ~Copyable {
  /// The canonical header section: LF-only lines, without the empty line that ends it.
  package let header: [UInt8]
  /// The size of the canonical message in bytes.
  package let byteCount: UInt64
  /// The input as it came; nil unless it is kept, for `mode = audit`.
  private let original: FileDescriptor?
  /// The body, behind a gap.
  let message: FileDescriptor
  /// Where the body begins in `message`.
  let bodyOffset: UInt64

  private static let firstBufferBytes = 8_192
  /// Room besides `header_size_limit` for the fields that Postern adds; each is bounded by a few
  /// kilobytes.
  private static let roomForAddedFields = 65_536

  /// Reads a message to its end.
  ///
  /// - Parameters:
  ///   - input: The message as the caller sends it.
  ///   - dotEndsInput: Whether a line of one dot ends the message (no `-i`).
  ///   - sizes: The largest header section and the largest input as read, in bytes.
  ///   - keepsOriginal: Whether the input is also kept as it came.
  ///   - needsHeader: Whether a header section beyond its limit is refused; else what is read of it
  ///     is for the log alone.
  ///   - bufferBytes: How much is read at once; what is read does not depend on it.
  /// - Throws: `IntakeError`; nothing has been handed over then.
  package init<Source: MessageSource & ~Copyable>(
    reading input: inout Source, dotEndsInput: Bool, sizes: SizeLimits,
    keepsOriginal: Bool, needsHeader: Bool = true, bufferBytes: Int = 65_536
  ) throws(IntakeError) {
    let bodyOffset =
      UInt64((Int(sizes.headerBytes) + Self.roomForAddedFields + 4_095) / 4_096 * 4_096)
    let message = try Self.memoryFile("message", at: bodyOffset)
    let original: FileDescriptor? = keepsOriginal ? try Self.memoryFile("original", at: 0) : nil
    var canonicalizer = Canonicalizer(
      dotEndsInput: dotEndsInput, headerSizeLimit: Int(sizes.headerBytes),
      needsHeader: needsHeader)
    // Most messages fit into the first buffer; the large one is made for those that fill it.
    var buffer = [UInt8](repeating: 0, count: min(bufferBytes, Self.firstBufferBytes))
    var bytesRead: UInt64 = 0
    while !canonicalizer.isEnded {
      let count: Int
      do { count = try input.read(into: &buffer) } catch { throw .system(error) }
      guard count > 0 else { break }
      bytesRead += UInt64(count)
      guard bytesRead <= sizes.messageBytes else {
        throw .messageTooLarge(limit: sizes.messageBytes)
      }
      do { try original?.writeAll(buffer.span.extracting(0..<count)) } catch {
        throw .system(error)
      }
      try canonicalizer.take(&buffer, count, into: message)
      if count == buffer.count, count < bufferBytes {
        buffer = [UInt8](repeating: 0, count: bufferBytes)
      }
    }
    try canonicalizer.finish(into: message)
    header = canonicalizer.header
    byteCount = UInt64(canonicalizer.header.count) + 1 + canonicalizer.bodyBytes
    self.message = message
    self.original = original
    self.bodyOffset = bodyOffset
  }

  private static func memoryFile(
    _ name: String, at offset: UInt64
  ) throws(IntakeError) -> FileDescriptor {
    do {
      let file = try FileDescriptor.memfd(name: name)
      try file.seek(to: offset)
      return file
    } catch {
      throw .system(error)
    }
  }

  /// Ends the message: writes the header section in front of the body and makes the whole
  /// unchangeable.
  ///
  /// - Parameter header: The header section to hand over, without the empty line that ends it.
  /// - Returns: A sealed descriptor whose offset is the first byte of the message.
  /// - Throws: `IntakeError.system`, or `.headerTooLarge` if the added fields outgrew their room.
  package consuming func seal(header: [UInt8]) throws(IntakeError) -> FileDescriptor {
    let section = header + [Octets.lineFeed]
    guard UInt64(section.count) <= bodyOffset else {
      throw .headerTooLarge(limit: Int(bodyOffset))
    }
    let start = bodyOffset - UInt64(section.count)
    do {
      try message.seek(to: start)
      try message.writeAll(section)
      try message.seal()
      try message.seek(to: start)
    } catch {
      throw .system(error)
    }
    return message
  }

  /// Gives the input as it came, for `mode = audit`.
  ///
  /// - Returns: A sealed descriptor at its first byte.
  /// - Throws: `IntakeError.system`, also if the input was not kept.
  package consuming func sealOriginal() throws(IntakeError) -> FileDescriptor {
    guard let original else { throw .system(.notOpen) }
    do {
      try original.seal()
      try original.seek(to: 0)
    } catch {
      throw .system(error)
    }
    return original
  }
}

/// The two stages of a message under way: header section into memory, body into the memfd.
private struct Canonicalizer {
  private var collector: HeaderCollector
  private var body: BodyCanonicalizer
  private(set) var bodyBytes: UInt64 = 0

  init(dotEndsInput: Bool, headerSizeLimit: Int, needsHeader: Bool) {
    collector = HeaderCollector(
      dotEndsInput: dotEndsInput, headerSizeLimit: headerSizeLimit, isNeeded: needsHeader)
    body = BodyCanonicalizer(dotEndsInput: dotEndsInput)
  }

  var header: [UInt8] { collector.header }

  /// Whether a lone dot has ended the input; the rest is not read then.
  var isEnded: Bool { collector.phase == .ended || body.isEnded }

  mutating func take(
    _ buffer: inout [UInt8], _ count: Int, into message: borrowing FileDescriptor
  ) throws(IntakeError) {
    var start = 0
    if collector.phase != .body {
      start = try collector.consume(buffer, 0..<count)
      try takeFirstBodyLine(into: message)
    }
    if collector.phase == .body { try takeBody(&buffer, start..<count, into: message) }
  }

  mutating func finish(into message: borrowing FileDescriptor) throws(IntakeError) {
    if collector.phase != .body {
      collector.finish()
      try takeFirstBodyLine(into: message)
    }
    var written = bodyBytes
    try body.finish { bytes, range throws(IntakeError) in
      try Self.append(bytes, range, to: message, &written)
    }
    bodyBytes = written
  }

  /// A first line that was no header field is body like what follows it.
  private mutating func takeFirstBodyLine(
    into message: borrowing FileDescriptor
  ) throws(IntakeError) {
    var line = collector.firstBodyLine
    try takeBody(&line, 0..<line.count, into: message)
  }

  private mutating func takeBody(
    _ buffer: inout [UInt8], _ range: Range<Int>, into message: borrowing FileDescriptor
  ) throws(IntakeError) {
    var written = bodyBytes
    try body.consume(&buffer, range) { bytes, range throws(IntakeError) in
      try Self.append(bytes, range, to: message, &written)
    }
    bodyBytes = written
  }

  private static func append(
    _ bytes: [UInt8], _ range: Range<Int>, to message: borrowing FileDescriptor,
    _ written: inout UInt64
  ) throws(IntakeError) {
    do { try message.writeAll(bytes.span.extracting(range)) } catch { throw .system(error) }
    written += UInt64(range.count)
  }
}
