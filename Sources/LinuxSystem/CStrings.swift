internal import Glibc

/// Calls `body` with `bytes` as a C string.
///
/// - Parameters:
///   - bytes: The string without its final NUL.
///   - call: The C function it is meant for.
///   - body: Gets a pointer that is valid during the call only.
/// - Returns: What `body` returns.
/// - Throws: `Errno` with EINVAL if a NUL is inside, since the kernel would see a shorter name.
func withCString<Result>(
  _ bytes: [UInt8], for call: StaticString,
  _ body: (UnsafePointer<CChar>) throws(Errno) -> Result
) throws(Errno) -> Result {
  guard !bytes.contains(0) else { throw Errno(number: EINVAL, call: call.description) }
  let terminated = bytes + CollectionOfOne(0)
  // SAFETY: the array ends in a NUL and stays where it is while the closure runs. CChar and UInt8
  // have one layout.
  return try unsafe terminated.withUnsafeBufferPointer { (raw) throws(Errno) -> Result in
    guard let base = unsafe UnsafeRawPointer(raw.baseAddress) else {
      throw Errno(number: EINVAL, call: call.description)
    }
    return try unsafe body(base.assumingMemoryBound(to: CChar.self))
  }
}

/// A vector of C strings, as execve(2) takes it, in one block of memory.
struct CStrings {
  private var block: [UInt8] = []
  private var starts: [Int] = []

  /// Creates the vector.
  ///
  /// - Parameters:
  ///   - strings: The strings without their final NULs.
  ///   - call: The C function they are meant for.
  /// - Throws: `Errno` with EINVAL if one of them holds a NUL.
  init(_ strings: [[UInt8]], for call: StaticString) throws(Errno) {
    var size = 0
    for string in strings { size += string.count + 1 }
    block.reserveCapacity(size)
    starts.reserveCapacity(strings.count)
    for string in strings {
      guard !string.contains(0) else { throw Errno(number: EINVAL, call: call.description) }
      starts.append(block.count)
      block += string
      block.append(0)
    }
  }

  /// Calls `body` with the pointers, the last one followed by a null pointer.
  ///
  /// They are valid during the call only. The pointers are mutable because execve(2) declares them
  /// so; it does not write.
  func withPointers<Result>(
    _ body: (UnsafeBufferPointer<UnsafeMutablePointer<CChar>?>) throws(Errno) -> Result
  ) throws(Errno) -> Result {
    var copy = block
    if copy.isEmpty { copy.append(0) }
    // SAFETY: every start lies inside `copy`, each string ends in a NUL inside it, and `copy` stays
    // where it is while the closure runs. CChar and UInt8 have one layout.
    return try unsafe copy.withUnsafeMutableBufferPointer { (raw) throws(Errno) -> Result in
      let base = UnsafeMutableRawPointer(raw.baseAddress)
      var pointers: [UnsafeMutablePointer<CChar>?] = unsafe starts.map { start in
        unsafe base?.advanced(by: start).assumingMemoryBound(to: CChar.self)
      }
      unsafe pointers.append(nil)
      return try unsafe pointers.withUnsafeBufferPointer(body)
    }
  }
}

/// Returns the bytes of a C string without its NUL, or nothing for a null pointer.
func bytes(ofCString pointer: UnsafePointer<CChar>?) -> [UInt8] {
  guard let pointer = unsafe pointer else { return [] }
  // SAFETY: the caller passes a NUL-terminated string that lives during this call.
  let count = unsafe strlen(pointer)
  return unsafe Array(UnsafeRawBufferPointer(start: pointer, count: count))
}
