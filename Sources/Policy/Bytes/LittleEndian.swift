/// Integers in our binary files: little endian, whatever the machine is.
package enum LittleEndian {
  /// Appends an integer.
  package static func append<Value: FixedWidthInteger & UnsignedInteger>(
    _ value: Value, to bytes: inout [UInt8]
  ) {
    var rest = value
    for _ in 0..<(Value.bitWidth / 8) {
      bytes.append(UInt8(truncatingIfNeeded: rest))
      rest >>= 8
    }
  }

  /// Appends a string with its length before it: `length:u16 *OCTET`.
  static func append(string: [UInt8], to bytes: inout [UInt8]) {
    // Every string is bounded where it is read; the cut only keeps the layout sound.
    let count = min(string.count, Int(UInt16.max))
    append(UInt16(truncatingIfNeeded: count), to: &bytes)
    bytes.append(contentsOf: count == string.count ? string : Array(string[..<count]))
  }

  /// Reads an integer of 16 bits at an offset, of which two bytes must exist.
  package static func uint16(_ bytes: [UInt8], at offset: Int) -> UInt16 {
    UInt16(bytes[offset]) | UInt16(bytes[offset + 1]) << 8
  }

  /// Reads an integer of 32 bits at an offset, of which four bytes must exist.
  package static func uint32(_ bytes: [UInt8], at offset: Int) -> UInt32 {
    UInt32(uint16(bytes, at: offset)) | UInt32(uint16(bytes, at: offset + 2)) << 16
  }

  /// Reads an integer of 64 bits at an offset, of which eight bytes must exist.
  package static func uint64(_ bytes: [UInt8], at offset: Int) -> UInt64 {
    UInt64(uint32(bytes, at: offset)) | UInt64(uint32(bytes, at: offset + 4)) << 32
  }
}
