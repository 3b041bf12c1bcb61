/// Sixteen bytes, which every processor compares at once.
private typealias Block = SIMD16<UInt8>

private let blockBytes = 16

/// Compares all bytes of a block: eight bits of one where they are the byte, else of zero.
@inline(__always)
private func comparison(_ byte: UInt8, _ block: Block) -> SIMD2<UInt64> {
  // SAFETY: the mask is sixteen numbers of eight bits, each 0 or -1.
  unsafe unsafeBitCast(block .== Block(repeating: byte), to: SIMD2<UInt64>.self)
}

/// Returns how many bytes of a block stand before the first match; all, if there is none.
@inline(__always)
private func countBefore(_ matches: SIMD2<UInt64>) -> Int {
  let lower = UInt64(littleEndian: matches.x)
  let upper = UInt64(littleEndian: matches.y)
  return (lower != 0 ? lower.trailingZeroBitCount : 64 + upper.trailingZeroBitCount) / 8
}

/// The search for one byte, which the body of a message needs at the speed of the memory: the C
/// library's takes eight bytes at once.
package enum ByteSearch {
  /// Finds the first place of a byte.
  ///
  /// - Parameters:
  ///   - byte: The byte.
  ///   - bytes: Where it is looked for.
  ///   - range: The part of `bytes` to search.
  /// - Returns: Its index in `bytes`; nil = it is not there.
  package static func firstIndex(
    of byte: UInt8, in bytes: [UInt8], _ range: Range<Int>
  ) -> Int? {
    // SAFETY: the slice traps unless `range` lies within the array.
    let before = unsafe bytes.withUnsafeBytes { raw in
      unsafe count(before: byte, in: UnsafeRawBufferPointer(rebasing: raw[range]))
    }
    return before < range.count ? range.lowerBound + before : nil
  }

  /// Returns how many bytes stand before a byte; all, if it is not there.
  private static func count(before byte: UInt8, in part: UnsafeRawBufferPointer) -> Int {
    var start = 0
    while part.count - start >= 4 * blockBytes {
      // SAFETY: four blocks from `start` on lie within the part.
      var all = unsafe matches(byte, part, start) | matches(byte, part, start + blockBytes)
      unsafe all |= matches(byte, part, start + 2 * blockBytes)
      unsafe all |= matches(byte, part, start + 3 * blockBytes)
      guard all.x | all.y == 0 else { break }
      start += 4 * blockBytes
    }
    while part.count - start >= blockBytes {
      // SAFETY: a block from `start` on lies within the part.
      let found = unsafe matches(byte, part, start)
      guard found.x | found.y == 0 else { return start + countBefore(found) }
      start += blockBytes
    }
    // SAFETY: the index is checked.
    while start < part.count, unsafe part[start] != byte { start += 1 }
    return start
  }

  /// Compares the block that begins at `start`, which must lie within the part.
  @inline(__always)
  private static func matches(
    _ byte: UInt8, _ part: UnsafeRawBufferPointer, _ start: Int
  ) -> SIMD2<UInt64> {
    // SAFETY: the caller says so.
    unsafe comparison(byte, part.loadUnaligned(fromByteOffset: start, as: Block.self))
  }
}

/// The moving of bytes within an array, which the body of a message needs at the speed of the
/// memory.
package enum ByteMove {
  /// Moves bytes down in the same array, up to where a byte stands.
  ///
  /// - Parameters:
  ///   - bytes: The array, which keeps its size.
  ///   - source: Where the bytes are; what `target` leads to may lie within it.
  ///   - target: The index of the first one afterwards, not above that before. What lies between
  ///     the last one's and the byte that stopped it is undefined afterwards.
  ///   - stop: The byte before which it ends, which stays where it is.
  /// - Returns: How many bytes were moved: all that stand before the first `stop` in `source`.
  package static func move(
    in bytes: inout [UInt8], _ source: Range<Int>, to target: Int, before stop: UInt8
  ) -> Int {
    let gap = source.lowerBound - target
    precondition(gap >= 0)
    // SAFETY: both slices trap unless they lie within the array.
    return unsafe bytes.withUnsafeMutableBytes { raw in
      unsafe move(
        UnsafeRawBufferPointer(rebasing: raw[source]),
        to: UnsafeMutableRawBufferPointer(rebasing: raw[target..<(target + source.count)]),
        gap: gap, before: stop)
    }
  }

  /// The same for two buffers of one size, the second of which begins `gap` bytes below the first.
  private static func move(
    _ from: UnsafeRawBufferPointer, to: UnsafeMutableRawBufferPointer, gap: Int, before stop: UInt8
  ) -> Int {
    var done = 0
    while from.count - done >= blockBytes {
      // SAFETY: a block from `done` on lies within both buffers. What it is written over has been
      // read: it is written `gap` bytes below where it was, so up to its own end, or, where it
      // holds `stop`, up to that byte, if the gap is wide enough.
      let block = unsafe from.loadUnaligned(fromByteOffset: done, as: Block.self)
      let found = comparison(stop, block)
      if found.x | found.y == 0 {
        unsafe to.storeBytes(of: block, toByteOffset: done, as: Block.self)
        done += blockBytes
      } else {
        let count = countBefore(found)
        guard gap + count >= blockBytes else { break }
        unsafe to.storeBytes(of: block, toByteOffset: done, as: Block.self)
        return done + count
      }
    }
    // SAFETY: both indexes are checked, as the buffers have one size.
    while done < from.count, unsafe from[done] != stop {
      unsafe to[done] = from[done]
      done += 1
    }
    return done
  }
}
