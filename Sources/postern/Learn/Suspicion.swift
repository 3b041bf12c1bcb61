internal import InternetMessage
internal import Submission

/// Why an address looks like abuse, or like a mistake, and is not proposed.
struct Suspicion {
  /// A person's or a shop's site uses a handful of addresses of its domain.
  static let localParts = 10
  /// More in one minute is no contact form.
  static let messagesInMinute = 60

  /// The domains that are hosted here; nil = nobody knows.
  private let hosted: HostedDomains?
  private let uid: UInt32
  /// How many local parts of each domain one user has used.
  private let localParts: [[UInt8]: Int]

  /// Prepares the judgement of one user's addresses.
  ///
  /// - Parameters:
  ///   - addresses: All of them.
  ///   - hosted: The domains that are hosted here.
  ///   - uid: The user.
  init(_ addresses: [AddrSpec], hosted: HostedDomains, uid: UInt32) {
    self.hosted = hosted.isKnown ? hosted : nil
    self.uid = uid
    var counts: [[UInt8]: Int] = [:]
    for address in addresses { counts[address.canonicalDomain, default: 0] += 1 }
    localParts = counts
  }

  /// Whether an address is of a domain that is known not to be hosted here.
  func isForeign(_ address: AddrSpec) -> Bool {
    hosted?.contains(address.canonicalDomain, for: uid) == false
  }

  /// Judges one address.
  ///
  /// - Parameters:
  ///   - address: The address, with its domain.
  ///   - tally: How it was used.
  /// - Returns: What speaks against it; empty = it is proposed.
  func reasons(_ address: AddrSpec, _ tally: AddressTally) -> [String] {
    var reasons: [String] = []
    let domain = address.canonicalDomain
    let name = Diagnostics.shown(domain)
    if isForeign(address) { reasons.append("\(name) is not hosted here") }
    if let count = localParts[domain], count > Self.localParts {
      reasons.append("\(count) local parts of \(name); if all are legitimate: @\(name)")
    }
    if Self.looksRandom(address.canonicalLocalPart) {
      reasons.append("the local part looks random")
    }
    if tally.mostInMinute > Self.messagesInMinute {
      reasons.append("\(tally.mostInMinute) messages in one minute")
    }
    return reasons
  }

  /// Tells whether a local part looks like one that a program has made up.
  ///
  /// Digits that stand between letters again and again, many hexadecimal digits, or many letters
  /// without a vowel. What stands between dots and dashes is looked at by itself, since
  /// `bounce-2026-11-24` is made by honest programs.
  ///
  /// - Parameter localPart: In lower case.
  /// - Returns: Whether any part of it does.
  static func looksRandom(_ localPart: [UInt8]) -> Bool {
    localPart.split { !isLetter($0) && !isDigit($0) }.contains { part in
      let changes = zip(part, part.dropFirst()).count { isDigit($0) != isDigit($1) }
      let digits = part.count(where: isDigit)
      let isMixed = part.count >= 8 && changes >= 5
      let isHexadecimal =
        part.count >= 12 && digits >= 3 && digits < part.count
        && part.allSatisfy { isDigit($0) || (0x61...0x66).contains($0) }
      let hasNoVowel =
        part.count >= 9 && digits == 0 && !part.contains { "aeiouy".utf8.contains($0) || $0 > 0x7F }
      return isMixed || isHexadecimal || hasNoVowel
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
  /// Letters beyond ASCII count as letters.
  private static func isLetter(_ byte: UInt8) -> Bool {
    (0x61...0x7A).contains(byte) || byte > 0x7F
  }
}
