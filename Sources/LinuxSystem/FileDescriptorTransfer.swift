internal import Glibc

extension FileDescriptor {
  /// Reads once into a buffer that the caller keeps between calls: nothing is allocated or zeroed.
  ///
  /// - Parameters:
  ///   - buffer: Where the bytes go; its count does not change.
  ///   - start: The first position to be filled, at most `buffer.count`.
  /// - Returns: The number of bytes read; 0 is the end of the file, or that there was no room.
  /// - Throws: `Errno`. If the caller made the descriptor non-blocking it is waited for.
  ///
  /// The corresponding C function is `read`.
  package func read(into buffer: inout [UInt8], at start: Int = 0) throws(Errno) -> Int {
    precondition(start >= 0 && start <= buffer.count)
    // SAFETY: the kernel writes at most the room after `start`.
    return try unsafe buffer.withUnsafeMutableBufferPointer { (raw) throws(Errno) -> Int in
      let room = unsafe UnsafeMutableBufferPointer(rebasing: raw[start...])
      return try waiting(for: Int16(POLLIN)) { () throws(Errno) in
        try check("read") { unsafe Glibc.read(rawValue, room.baseAddress, room.count) }
      }
    }
  }

  /// Reads once.
  ///
  /// - Parameter count: The most bytes to read.
  /// - Returns: The bytes; none at the end of the file.
  /// - Throws: `Errno`.
  package func read(upTo count: Int) throws(Errno) -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: count)
    let filled = try read(into: &buffer)
    buffer.removeLast(count - filled)
    return buffer
  }

  /// Reads from here to the end.
  ///
  /// - Parameter limit: The most bytes that are accepted.
  /// - Returns: All bytes that follow.
  /// - Throws: `Errno`; EFBIG if there are more than `limit`.
  package func readToEnd(limit: Int) throws(Errno) -> [UInt8] {
    var contents: [UInt8] = []
    // Configuration files are small: a large buffer is made only for a file that fills this one.
    var buffer = [UInt8](repeating: 0, count: 4_096)
    while true {
      let count = try read(into: &buffer)
      if count == 0 { return contents }
      guard count <= limit - contents.count else { throw Errno(number: EFBIG, call: "read") }
      contents += buffer[..<count]
      if count == 4_096 { buffer = [UInt8](repeating: 0, count: 65_536) }
    }
  }

  /// Reads from a position without moving the file's own.
  ///
  /// - Parameters:
  ///   - offset: Where, in bytes from the beginning.
  ///   - count: How many bytes.
  /// - Returns: The bytes; fewer than `count` only if the file ends before.
  /// - Throws: `Errno`.
  ///
  /// The corresponding C function is `pread`.
  package func pread(offset: UInt64, count: Int) throws(Errno) -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: count)
    let filled = try pread(into: &buffer, offset: offset)
    buffer.removeLast(count - filled)
    return buffer
  }

  /// Fills a buffer from a position without moving the file's own.
  ///
  /// - Parameters:
  ///   - buffer: Where the bytes go; its count does not change.
  ///   - offset: Where from, in bytes from the beginning.
  /// - Returns: The number of bytes read; less than the buffer holds only if the file ends before.
  /// - Throws: `Errno`.
  package func pread(into buffer: inout [UInt8], offset: UInt64) throws(Errno) -> Int {
    let start = try fileOffset(offset, for: "pread")
    // SAFETY: the kernel writes only into the part of the buffer that is not filled yet.
    return try unsafe buffer.withUnsafeMutableBufferPointer { (raw) throws(Errno) -> Int in
      var filled = 0
      while filled < raw.count {
        let rest = unsafe UnsafeMutableBufferPointer(rebasing: raw[filled...])
        let count = try check("pread") {
          unsafe Glibc.pread(rawValue, rest.baseAddress, rest.count, start + filled)
        }
        if count == 0 { break }
        filled += count
      }
      return filled
    }
  }

  /// Reads little-endian words of 64 bits from a position without moving the file's own.
  ///
  /// - Parameters:
  ///   - offset: Where, in bytes from the beginning.
  ///   - wordCount: How many words.
  /// - Returns: The words; fewer than `wordCount` only if the file ends before.
  /// - Throws: `Errno`.
  package func preadWords(offset: UInt64, wordCount: Int) throws(Errno) -> [UInt64] {
    let start = try fileOffset(offset, for: "pread")
    var words = [UInt64](repeating: 0, count: wordCount)
    // SAFETY: the kernel writes only into the part of the array that is not filled yet.
    let filled = try unsafe words.withUnsafeMutableBufferPointer { (raw) throws(Errno) -> Int in
      let bytes = UnsafeMutableRawBufferPointer(raw)
      var filled = 0
      while filled < bytes.count {
        let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[filled...])
        let count = try check("pread") {
          unsafe Glibc.pread(rawValue, rest.baseAddress, rest.count, start + filled)
        }
        if count == 0 { break }
        filled += count
      }
      return filled
    }
    words.removeLast(wordCount - filled / 8)
    for index in words.indices { words[index] = UInt64(littleEndian: words[index]) }
    return words
  }

  /// Writes words of 64 bits, little-endian, to a position without moving the file's own, in one
  /// call unless the disk is full.
  ///
  /// - Parameters:
  ///   - words: What to write, all of it.
  ///   - offset: Where to, in bytes from the beginning.
  /// - Throws: `Errno`; EFBIG under a lowered RLIMIT_FSIZE.
  ///
  /// The corresponding C function is `pwrite`.
  package func pwriteWords(_ words: [UInt64], offset: UInt64) throws(Errno) {
    let start = try fileOffset(offset, for: "pwrite")
    var stored = words
    for index in stored.indices { stored[index] = stored[index].littleEndian }
    // SAFETY: the kernel reads only what lies inside the array.
    try unsafe stored.withUnsafeBufferPointer { (raw) throws(Errno) in
      let bytes = UnsafeRawBufferPointer(raw)
      var written = 0
      while written < bytes.count {
        let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[written...])
        written += try check("pwrite") {
          unsafe Glibc.pwrite(rawValue, rest.baseAddress, rest.count, start + written)
        }
      }
    }
  }

  /// Writes all bytes, in as many calls as it takes.
  ///
  /// - Throws: `Errno`; EPIPE if nobody reads, EFBIG under a lowered RLIMIT_FSIZE.
  ///
  /// The corresponding C function is `write`.
  package func writeAll(_ bytes: Span<UInt8>) throws(Errno) {
    // SAFETY: the kernel reads only what lies inside the span.
    try unsafe bytes.withUnsafeBufferPointer { (raw) throws(Errno) in
      var written = 0
      while written < raw.count {
        let rest = unsafe UnsafeBufferPointer(rebasing: raw[written...])
        written += try waiting(for: Int16(POLLOUT)) { () throws(Errno) in
          try check("write") { unsafe Glibc.write(rawValue, rest.baseAddress, rest.count) }
        }
      }
    }
  }

  /// Writes all bytes of an array; see `writeAll` for a span.
  package func writeAll(_ bytes: [UInt8]) throws(Errno) {
    try writeAll(bytes.span)
  }

  /// Repeats a transfer that a non-blocking descriptor refuses, once it is ready.
  ///
  /// The flag belongs to the open file, which the caller shares with us and can change at any time.
  private func waiting(
    for events: Int16, _ transfer: () throws(Errno) -> Int
  ) throws(Errno) -> Int {
    while true {
      do {
        return try transfer()
      } catch {
        guard error.number == EAGAIN else { throw error }
      }
      var request = pollfd(fd: rawValue, events: events, revents: 0)
      // SAFETY: the kernel reads and writes the one structure it is told of.
      try check("poll") { unsafe poll(&request, 1, -1) }
    }
  }
}

/// Returns a position as the kernel takes it.
///
/// - Throws: `Errno` with EINVAL if it cannot be one.
func fileOffset(_ offset: UInt64, for call: StaticString) throws(Errno) -> off_t {
  guard let value = off_t(exactly: offset) else {
    throw Errno(number: EINVAL, call: call.description)
  }
  return value
}
