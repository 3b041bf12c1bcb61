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
  /// `default=ADDRESS` or an address, where mail came without an envelope sender and nothing else gives one.
  private(set) var fallback: String?

  /// Looks through one user's addresses.
  ///
  /// - Parameters:
  ///   - user: The user.
  ///   - tally: What the log tells.
  ///   - configuration: With the `default_domain` in force.
  ///   - hosted: The domains that are hosted here; they are asked for once.
  init(
    _ user: NamedUser, _ tally: UserTally, _ configuration: Configuration,
    _ hosted: HostedDomains
  ) {
    self.user = user
    self.tally = tally
    var missing: [String: (address: AddrSpec?, tally: AddressTally)] = [:]
    for (written, count) in tally.addresses {
      guard let (word, address) = Self.word(written) else {
        unusable += 1
        continue
      }
      guard !Self.isPermitted(address, user.entry, configuration) else { continue }
      missing[word, default: (address, AddressTally())].tally.add(count)
    }
    let suspicion = Suspicion(missing.values.compactMap(\.address), hosted: hosted)
    let ordered = missing.sorted {
      ($1.value.tally.messages, $0.key) < ($0.value.tally.messages, $1.key)
    }
    rows = ordered.map { word, found in
      let reasons = found.address.map { suspicion.reasons($0, found.tally) } ?? []
      return Row(word: word, tally: found.tally, reasons: reasons)
    }
    if tally.withoutEnvelope > 0 { fallback = fallback(configuration) }
  }

  /// The words that the entry needs.
  var words: [String] {
    // The entry of a user whom the map does not list grants something, which the new one replaces.
    let granted =
      user.entry.map { $0.isListed ? [] : $0.patterns.compactMap(PatternText.word) } ?? []
    return granted + rows.filter(\.reasons.isEmpty).map(\.word) + [fallback].compactMap { $0 }
  }

  /// Whether senders has an entry of the user already.
  var isListed: Bool { user.entry?.isListed == true }

  private func fallback(_ configuration: Configuration) -> String? {
    guard user.entry?.ownAddress(configuration) == nil,
      !rows.contains(where: { $0.reasons.isEmpty && $0.word != "<>" }),
      let domain = configuration.defaultDomain, case .login(let login)? = SiteName(user.name[...])
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

  /// Reads an address as the log has it.
  ///
  /// - Returns: The word of senders, and the address; nil if senders can hold no such word.
  private static func word(_ written: [UInt8]) -> (String, AddrSpec?)? {
    if written.isEmpty { return ("<>", nil) }
    guard let at = written.lastIndex(of: UInt8(ascii: "@")) else { return nil }
    let address = AddrSpec(
      localPart: Array(written[..<at]), domain: Array(written[(at + 1)...]))
    return PatternText.word(for: address).map { ($0, address) }
  }
}
