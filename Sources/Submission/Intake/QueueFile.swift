internal import InternetMessage
internal import LinuxSystem

/// How large Postfix's queue file of a message will be, which its `message_size_limit` bounds.
///
///     record = type:u8 length:varint data        ; rec_put.c; a line, or 2048 bytes of one
///
/// A message of which postdrop(8) cannot write all makes sendmail(1) end with 75, which PHP 8.5
/// takes for success: it must be refused before it is charged.
extension Intake {
  /// Refuses a message that Postfix would not take.
  ///
  /// - Parameters:
  ///   - limit: Postfix's `message_size_limit` in bytes.
  ///   - arguments: The recipients on the command line.
  /// - Throws: `IntakeError.queueFileTooLarge`.
  func checkQueueFile(limit: UInt64, arguments: [[UInt8]]) throws(IntakeError) {
    // Far from the limit nothing has to be counted: a record is at most twice its line.
    guard 2 * byteCount + Self.roomForEnvelope > limit / 2 else { return }
    var envelope = Self.roomForEnvelope + 4 * UInt64(header.count)
    for argument in arguments {
      envelope += 4 * UInt64(argument.count) + Self.roomForRecipient
    }
    guard 2 * byteCount + envelope > limit else { return }
    guard try recordBytes() + envelope <= limit else { throw .queueFileTooLarge(limit: limit) }
  }

  /// Bytes of the records besides the recipients', and of the fields that Postern and Postfix add.
  private static let roomForEnvelope: UInt64 = 8_192
  /// Bytes of the records of one recipient besides its address, which stands there up to four
  /// times.
  private static let roomForRecipient: UInt64 = 64
  /// Bytes of a record's data (`line_length_limit`).
  private static let recordBytes = 2_048
  /// Bytes that are counted at once.
  private static let pieceBytes = 65_536

  /// Counts the bytes of the records of the body.
  private func recordBytes() throws(IntakeError) -> UInt64 {
    var count: UInt64 = 0
    var lineBytes = 0
    var offset = bodyOffset
    while true {
      let piece: [UInt8]
      do { piece = try message.pread(offset: offset, count: Self.pieceBytes) } catch {
        throw .system(error)
      }
      if piece.isEmpty { break }
      offset += UInt64(piece.count)
      var start = 0
      while let end = ByteSearch.firstIndex(of: Octets.lineFeed, in: piece, start..<piece.count) {
        count += Self.recordBytes(ofLine: lineBytes + end - start)
        lineBytes = 0
        start = end + 1
      }
      lineBytes += piece.count - start
    }
    return lineBytes > 0 ? count + Self.recordBytes(ofLine: lineBytes) : count
  }

  private static func recordBytes(ofLine count: Int) -> UInt64 {
    let whole = count / recordBytes
    let rest = count % recordBytes
    let restRecord = rest == 0 && whole > 0 ? 0 : rest + (rest < 128 ? 2 : 3)
    return UInt64(whole * (recordBytes + 3) + restRecord)
  }
}
