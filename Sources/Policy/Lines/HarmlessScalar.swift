extension Unicode.Scalar {
  /// Whether a terminal shows it and does nothing else, and it neither moves nor hides what stands
  /// beside it.
  ///
  /// The controls of ASCII and of ISO 6429 (C0, DEL, C1) are not, nor are marks of direction,
  /// invisible and format characters.
  package var isHarmless: Bool {
    switch value {
    // C0; DEL and C1; the soft hyphen; marks and format characters of Arabic and Mongolian.
    case 0..<0x20, 0x7F...0x9F, 0xAD, 0x61C, 0x180E,
      // Zero width, directions, separators of lines, invisible operators.
      0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF, 0xFFF9...0xFFFB,
      // Format characters of shorthand and music; tags and selectors of variants.
      0x1BCA0...0x1BCA3, 0x1D173...0x1D17A, 0xE0000...0xE0FFF:
      false
    default: true
    }
  }
}
