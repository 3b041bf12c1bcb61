/// The moving of bytes within an array, which the body of a message needs at the speed of the memory.
package enum ByteMove {
  /// Copies bytes to another place of the same array; the two may overlap.
  ///
  /// - Parameters:
  ///   - bytes: The array, which keeps its size.
  ///   - source: Where the bytes are.
  ///   - target: The index of the first one afterwards; as many as in `source` must follow it.
  ///
  /// The corresponding C function is `memmove`.
  package static func move(in bytes: inout [UInt8], _ source: Range<Int>, to target: Int) {
    guard !source.isEmpty, source.lowerBound != target else { return }
    // SAFETY: both slices trap unless they lie within the array; the pointers are valid in the closure.
    unsafe bytes.withUnsafeMutableBytes { raw in
      let from = unsafe UnsafeRawBufferPointer(rebasing: raw[source])
      let to = unsafe UnsafeMutableRawBufferPointer(
        rebasing: raw[target..<(target + source.count)])
      unsafe to.copyMemory(from: from)
    }
  }
}
