internal import InternetMessage

/// The mailboxes and aliases that exist on this machine, for the pattern `mailboxes:DOMAIN`.
package struct MailboxDirectory: Sendable {
  private var addresses: [[UInt8]: Set<[UInt8]>] = [:]
  private let localDomains: [[UInt8]]
  private var reader = PatternReader()

  /// The largest listing of one table, in bytes.
  package static let listingBytes = 1 << 28

  /// Creates an empty directory.
  ///
  /// - Parameter localDomains: The domains whose mailboxes stand in the tables without a domain,
  ///   as virtual(5) has it: Postfix's `myorigin` and `mydestination`.
  package init(localDomains: [[UInt8]]) {
    self.localDomains = localDomains.compactMap { DomainName.canonical($0) }
  }

  /// Adds what a table lists.
  ///
  /// Of each line the first word is the key. A key `@domain` accepts any address and is no mailbox;
  /// a key that could not stand in a From: is none that anybody may send as.
  ///
  /// - Parameter listing: The output of `postmap -s`, or lines that begin with an address.
  package mutating func add(listing: [UInt8]) {
    for line in listing.split(separator: Octets.lineFeed) {
      let key = line.prefix { !Octets.isBlank($0) && $0 != Octets.carriageReturn }
      guard !key.isEmpty, key.first != Octets.hash else { continue }
      add(key: key)
    }
  }

  /// Adds one key of a table; see `add(listing:)`.
  ///
  /// - Parameter key: The key, with or without a domain.
  package mutating func add(key: ArraySlice<UInt8>) {
    if key.contains(Octets.at) {
      add(key)
    } else {
      for domain in localDomains { add(key + [Octets.at] + domain) }
    }
  }

  private mutating func add(_ address: ArraySlice<UInt8>) {
    guard let pattern = try? reader.read(address).pattern,
      case .address(let localPart, let domain) = pattern
    else { return }
    addresses[domain, default: []].insert(localPart)
  }

  /// Replaces the domains of an entry by the addresses that exist there.
  ///
  /// - Parameters:
  ///   - entry: The entry; its addresses are added behind the patterns it has.
  ///   - faults: Takes `.noMailboxes` for a domain without any, which does not keep the map from
  ///     being built, and `.tooManyPatterns`, which does.
  package func expand(_ entry: inout UnresolvedEntry, _ faults: inout [FileFault]) {
    for domain in entry.rules.mailboxDomains {
      let localParts = (addresses[domain] ?? []).sorted { $0.lexicographicallyPrecedes($1) }
      if localParts.isEmpty { faults.append(.noMailboxes(domain: domain)) }
      guard entry.rules.patterns.count + localParts.count <= SendersFile.maximumPatterns else {
        faults.append(.tooManyPatterns(limit: SendersFile.maximumPatterns))
        return
      }
      entry.rules.patterns += localParts.map { .address(localPart: $0, domain: domain) }
    }
  }
}
