internal import InternetMessage
internal import Policy
internal import Submission

/// To whom an address belongs already, so that no log can give it to another user.
struct Neighbors {
  /// One or two users: for a question about one of them the other one matters.
  private struct Users {
    let first: UInt32
    var second: UInt32?

    mutating func add(_ uid: UInt32) { if uid != first, second == nil { second = uid } }
    func other(than uid: UInt32) -> UInt32? { first == uid ? second : first }
  }

  /// Who has an entry with a pattern, by the pattern as senders writes it.
  private var owners: [[UInt8]: Users] = [:]
  /// Who has an entry with an address of a domain.
  private var domainOwners: [[UInt8]: Users] = [:]
  /// Who used an address in the log, by its comparison form.
  private var users: [[UInt8]: Users] = [:]
  /// `myorigin` and `mydestination` of Postfix.
  private let ownDomains: Set<[UInt8]>

  /// Collects what is known.
  ///
  /// - Parameters:
  ///   - entries: The map.
  ///   - tally: What the log tells.
  ///   - ownDomains: The domains of the machine itself.
  init(_ entries: [SenderEntry], _ tally: LogTally, ownDomains: [[UInt8]]) {
    self.ownDomains = Set(ownDomains.compactMap(DomainName.canonical))
    for entry in entries where !entry.isExempt {
      for pattern in entry.patterns where pattern != .any && pattern != .nullSender {
        Self.add(entry.uid, to: &owners, pattern.written)
        if case .address(_, let domain) = pattern {
          Self.add(entry.uid, to: &domainOwners, domain)
        }
      }
      if let own = entry.defaultAddress?.canonical { Self.add(entry.uid, to: &owners, own) }
    }
    for (uid, user) in tally.users {
      for written in user.addresses.keys {
        guard let address = Proposal.address(written)?.canonical else { continue }
        Self.add(uid, to: &users, address)
      }
    }
  }

  private static func add(_ uid: UInt32, to table: inout [[UInt8]: Users], _ key: [UInt8]) {
    if table[key]?.add(uid) == nil { table[key] = Users(first: uid) }
  }

  /// Tells what speaks against giving an address to a user.
  ///
  /// - Parameters:
  ///   - address: The address, with its domain.
  ///   - uid: The user.
  ///   - login: The user's login name; empty if there is none.
  ///   - name: Names another user.
  /// - Returns: The reasons; none where nobody else has to do with it.
  func reasons(
    _ address: AddrSpec, uid: UInt32, login: [UInt8], name: (UInt32) -> String
  ) -> [String] {
    let domain = address.canonicalDomain
    var reasons: [String] = []
    if let owner = owner(of: address, otherThan: uid) {
      reasons.append("the entry of \(name(owner)) permits it")
    } else if let user = users[address.canonical]?.other(than: uid) {
      reasons.append("\(name(user)) used it, too")
    } else if let owner = domainOwners[domain]?.other(than: uid), !ownDomains.contains(domain) {
      reasons.append("the entry of \(name(owner)) has addresses of \(Diagnostics.shown(domain))")
    }
    // Whoever writes as login@origin says who it is.
    if ownDomains.contains(domain), address.canonicalLocalPart != login || login.isEmpty {
      reasons.append("\(Diagnostics.shown(domain)) is the machine's own domain")
    }
    return reasons
  }

  private func owner(of address: AddrSpec, otherThan uid: UInt32) -> UInt32? {
    let at = UInt8(ascii: "@")
    let domain = address.canonicalDomain
    var keys = [address.canonical, [at] + domain]
    var rest = domain[...]
    while let dot = rest.firstIndex(of: UInt8(ascii: ".")) {
      keys.append([at] + rest[dot...])
      rest = rest[(dot + 1)...]
    }
    for key in keys {
      if let owner = owners[key]?.other(than: uid) { return owner }
    }
    return nil
  }
}
