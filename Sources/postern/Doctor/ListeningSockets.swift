/// The TCP sockets that listen on this machine, as /proc/net/tcp and /proc/net/tcp6 list them
/// (proc(5)).
enum ListeningSockets {
  struct Place: Hashable {
    /// Where a site reaches it, in numbers.
    let address: String
    let port: UInt16
  }

  private static let listening = "0A"

  /// Reads a list.
  ///
  ///     line = number ":" SP hex-address ":" hex-port SP hex-address ":" hex-port SP state …
  ///
  /// - Parameter text: The file; addresses are in words of four bytes, in the machine's order.
  /// - Returns: The places, each once; those of all addresses are on this machine's own.
  static func parse(_ text: String) -> [Place] {
    var seen: Set<Place> = []
    return Machine.lines(text).compactMap { line in
      let words = line.split(separator: " ")
      guard words.count > 3, words[3] == listening,
        let (hexAddress, hexPort) = String(words[1]).divided(at: ":"),
        let port = UInt16(hexPort, radix: 16), let address = Self.text(of: hexAddress)
      else { return nil }
      let place = Place(address: address, port: port)
      return seen.insert(place).inserted ? place : nil
    }
  }

  private static func text(of address: String) -> String? {
    let words = stride(from: 0, to: address.utf8.count, by: 8).map { start in
      address.utf8.dropFirst(start).prefix(8)
    }
    var bytes: [UInt8] = []
    for word in words {
      guard let value = UInt32(String(decoding: Array(word), as: UTF8.self), radix: 16) else {
        return nil
      }
      bytes += (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }
    if bytes.count == 4 {
      let isAny = bytes.allSatisfy { $0 == 0 }
      return isAny ? "127.0.0.1" : bytes.map(String.init).joined(separator: ".")
    }
    guard bytes.count == 16 else { return nil }
    if bytes.allSatisfy({ $0 == 0 }) { return "::1" }
    let groups = stride(from: 0, to: 16, by: 2).map { index in
      String(UInt16(bytes[index]) << 8 | UInt16(bytes[index + 1]), radix: 16)
    }
    return groups.joined(separator: ":")
  }
}
