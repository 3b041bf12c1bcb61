/// One recipient as Postfix finds it.
package struct Recipient: Sendable, Equatable {
  /// One argument word that Postfix's parser reads as exactly this one address.
  package let written: [UInt8]

  /// Where the domain begins in `written`; nil if there is none.
  private let domainStart: Int?

  /// Writes an address down.
  ///
  /// - Parameters:
  ///   - localPart: The local part without quotes, not empty.
  ///   - domain: The domain, if the address has one.
  init(localPart: [UInt8], domain: [UInt8]?) {
    var written = Self.isWord(localPart) ? localPart : QuotedString.quoted(localPart)
    if let domain {
      written.append(Octets.at)
      domainStart = written.count
      written.append(contentsOf: domain)
    } else {
      domainStart = nil
    }
    self.written = written
  }

  /// The domain as it was written; nil if there is none.
  package var domain: ArraySlice<UInt8>? { domainStart.map { written[$0...] } }

  /// The address.
  package var addrSpec: AddrSpec {
    let local = written[..<(domainStart.map { $0 - 1 } ?? written.count)]
    return AddrSpec(
      localPart: local.first == Octets.quote ? Self.unquoted(local) : Array(local),
      domain: domainStart.map { Array(written[$0...]) })
  }

  /// Whether Postfix reads bytes as one address without quotes: atoms and the operators `.%!|`.
  private static func isWord(_ bytes: [UInt8]) -> Bool {
    !bytes.isEmpty
      && bytes.allSatisfy { Octets.isAtext($0) || $0 == Octets.dot || $0 >= 0x80 }
  }

  private static func unquoted(_ word: ArraySlice<UInt8>) -> [UInt8] {
    var content: [UInt8] = []
    var isEscaped = false
    for byte in word.dropFirst().dropLast() {
      if byte == Octets.backslash && !isEscaped {
        isEscaped = true
        continue
      }
      content.append(byte)
      isEscaped = false
    }
    return content
  }
}
