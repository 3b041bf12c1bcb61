internal import InternetMessage
internal import Policy
internal import Submission

/// What `postern learn` proposes for one user.
struct Proposal {
  /// One address with what was seen of it.
  struct Row {
    /// As senders writes it.
    let word: String
    let tally: AddressTally
    /// Why it is not proposed; empty = it is.
    let reasons: [String]
  }

  let user: NamedUser
  let tally: UserTally
  /// What is missing in the user's entry, most used first.
  private(set) var rows: [Row] = []
  /// Addresses that no pattern can permit.
  private(set) var unusable = 0
  /// login@`default_domain`, where mail came without an envelope sender and the entry gives none.
  private(set) var fallback: String?
  /// How many addresses only From: bore, each of them somebody else's: those of visitors, whom a
  /// form lets write.
  private(set) var visitors = 0
  /// What the busiest hour says of the limits.
  let peaks: Peaks

  /// Looks through one user's addresses.
  ///
  /// - Parameters:
  ///   - user: The user.
  ///   - tally: What the log tells.
  ///   - configuration: With the `default_domain` in force.
  ///   - hosted: The domains that are hosted here; they are asked for once.
  ///   - neighbors: To whom addresses belong already.
  ///   - name: Names another user.
  init(
    _ user: NamedUser, _ tally: UserTally, _ configuration: Configuration,
    _ hosted: HostedDomains, _ neighbors: Neighbors, name: (UInt32) -> String
  ) {
    self.user = user
    self.tally = tally
    peaks = Peaks(
      tally, user.entry?.limits(defaults: configuration) ?? configuration.limits)
    var missing: [String: (address: AddrSpec?, tally: AddressTally)] = [:]
    for (written, count) in tally.addresses {
      let address = Self.address(written)
      guard written.isEmpty || address != nil, let word = PatternText.word(for: address) else {
        unusable += 1
        continue
      }
      guard !Self.isPermitted(address, user.entry, configuration) else { continue }
      missing[word, default: (address, AddressTally())].tally.add(count)
    }
    let suspicion = Suspicion(
      missing.values.compactMap(\.address), hosted: hosted, uid: user.uid)
    let ordered = missing.sorted {
      ($1.value.tally.messages, $0.key) < ($0.value.tally.messages, $1.key)
    }
    rows = ordered.map { word, found in
      let reasons =
        found.address.map {
          neighbors.reasons($0, uid: user.uid, login: login, name: name)
            + suspicion.reasons($0, found.tally)
        } ?? []
      return Row(word: word, tally: found.tally, reasons: reasons)
    }
    if tally.withoutEnvelope > 0 { fallback = fallback(configuration) }
    let fromPolicy = user.entry?.fromPolicy(defaults: configuration) ?? configuration.fromPolicy
    setVisitorsAside(
      missing.compactMapValues(\.address), suspicion, isRewritten: fromPolicy == .rewrite)
  }

  /// As many as a form must have had before it is taken for one: of so many domains.
  private static let fewestVisitors = 5
  private static let fewestVisitorsDomains = 3

  /// Recognizes a contact form: From: is the visitor, who comes once, and the envelope is not.
  ///
  /// Where From: is rewritten already, no number of them is worth a word.
  private mutating func setVisitorsAside(
    _ addresses: [String: AddrSpec], _ suspicion: Suspicion, isRewritten: Bool
  ) {
    let found = rows.filter { row in
      guard let address = addresses[row.word], row.tally.places == .from else { return false }
      return suspicion.isForeign(address)
    }
    let domains = Set(found.compactMap { addresses[$0.word]?.canonicalDomain })
    guard
      isRewritten
        || found.count >= Self.fewestVisitors && domains.count >= Self.fewestVisitorsDomains
    else { return }
    let words = Set(found.map(\.word))
    rows.removeAll { words.contains($0.word) }
    if !isRewritten { visitors = words.count }
  }

  /// The login name; empty if there is none.
  private var login: [UInt8] {
    if let login = user.entry?.login, !login.isEmpty { return login }
    if case .login(let login)? = UserName(user.name[...]) { return login }
    return []
  }

  /// The words that the entry needs.
  var words: [String] {
    // The entry of a user whom the map does not list grants something, which the new one replaces.
    let granted =
      user.entry.map { $0.isListed ? [] : $0.patterns.compactMap(PatternText.word) } ?? []
    // The first one becomes the default address; root's mail is no site's own.
    let proposed = rows.filter(\.reasons.isEmpty).map(\.word)
    let ordered =
      proposed.filter { !$0.hasPrefix("root@") } + proposed.filter { $0.hasPrefix("root@") }
    let words = granted + [fallback].compactMap { $0 } + ordered
    var seen: Set<String> = []
    let options = (visitors > 0 ? ["from_policy=rewrite"] : []) + peaks.options
    return words.filter { seen.insert($0).inserted } + options
  }

  /// Whether senders has an entry of the user already.
  var isListed: Bool { user.entry?.isListed == true }

  private func fallback(_ configuration: Configuration) -> String? {
    guard user.entry?.ownAddress(configuration) == nil, !login.isEmpty,
      let domain = configuration.defaultDomain
    else { return nil }
    return PatternText.word(for: AddrSpec(localPart: login, domain: domain))
  }

  private static func isPermitted(
    _ address: AddrSpec?, _ entry: SenderEntry?, _ configuration: Configuration
  ) -> Bool {
    guard let entry else { return false }
    guard let address else { return entry.permitsNullSender }
    return entry.permits(address, delimiter: configuration.recipientDelimiter)
  }

  /// Reads an address as the log has it; nil = the null sender, or no address with a domain.
  static func address(_ written: [UInt8]) -> AddrSpec? {
    guard let at = written.lastIndex(of: UInt8(ascii: "@")) else { return nil }
    return AddrSpec(localPart: Array(written[..<at]), domain: Array(written[(at + 1)...]))
  }
}
