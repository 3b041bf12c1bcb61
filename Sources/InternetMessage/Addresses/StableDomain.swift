extension DomainName {
  /// Whether every reader makes the same A-labels of a domain name.
  ///
  /// Readers fold compatibility forms or not (IDNA 2003, UTS 46, IDNA 2008), compose accents or
  /// not, and take sharp s for ss or not. So `ſhop.example` is another domain to them than to us:
  /// only its A-label can be handed over.
  ///
  /// - Parameter bytes: A name that `canonical` accepts.
  /// - Returns: Whether it can be handed over as it is.
  static func isStable(_ bytes: [UInt8]) -> Bool {
    guard bytes.contains(where: { $0 >= 0x80 }) else { return true }
    var index = 0
    var previousClass: UInt8 = 0
    while index < bytes.count {
      guard let scalar = Unicode8.scalar(bytes, &index, before: bytes.count) else { return false }
      for lower in scalar.properties.lowercaseMapping.unicodeScalars {
        let properties = lower.properties
        if properties.changesWhenNFKCCaseFolded || mayCompose(lower.value) { return false }
        // Marks that stand in another order than the canonical one are moved by some readers.
        let combiningClass = properties.canonicalCombiningClass.rawValue
        if combiningClass != 0 && combiningClass < previousClass { return false }
        previousClass = combiningClass
      }
    }
    return true
  }

  /// Whether a mark may be composed with what stands before it (NFC_Quick_Check=Maybe).
  private static func mayCompose(_ value: UInt32) -> Bool {
    switch value {
    case 0x0300...0x0304, 0x0306...0x030C, 0x030F, 0x0311, 0x0313, 0x0314, 0x031B,
      0x0323...0x0328, 0x032D, 0x032E, 0x0330, 0x0331, 0x0338, 0x0342, 0x0345, 0x0653...0x0655,
      0x093C, 0x09BE, 0x09D7, 0x0B3E, 0x0B56, 0x0B57, 0x0BBE, 0x0BD7, 0x0C56, 0x0CC2, 0x0CD5,
      0x0CD6, 0x0D3E, 0x0D57, 0x0DCA, 0x0DCF, 0x0DDF, 0x102E, 0x1161...0x1175,
      0x11A8...0x11C2, 0x1B35, 0x3099, 0x309A, 0x110BA, 0x11127, 0x1133E, 0x11357, 0x114B0,
      0x114BA, 0x114BD, 0x115AF, 0x11930:
      true
    default: false
    }
  }
}
