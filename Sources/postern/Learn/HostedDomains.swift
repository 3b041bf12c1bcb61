internal import InternetMessage
internal import LinuxSystem
internal import Policy

/// The domains that are hosted here.
///
/// They are those that this machine's Postfix receives mail for, those of `hosted_domains`, and for
/// each user the names of its web sites. What Postfix was asked is remembered.
final class HostedDomains {
  /// The parameters of main.cf that name them; `virtual_alias_domains` is the maps themselves
  /// unless set.
  private static let parameters = [
    "mydestination", "virtual_mailbox_domains", "virtual_alias_domains", "relay_domains",
  ]
  /// The longest file of names that is read, in bytes.
  private static let fileBytes = 16 << 20
  /// The most domains that tables are asked about: each question is a process.
  private static let questions = 1_000

  private var names: Set<[UInt8]> = []
  /// Parents of which every subdomain is hosted: words that begin with a dot.
  private var parents: Set<[UInt8]> = []
  private var tables: [[UInt8]] = []
  private var answers: [[UInt8]: Bool] = [:]
  private let virtualHosts: VirtualHosts
  /// Whether Postfix said anything at all.
  let isKnown: Bool

  /// Takes lists as main.cf has them.
  ///
  /// - Parameters:
  ///   - words: Names, `.parent`, `/file` and `type:table`; what begins with `!` takes
  ///     nothing away here.
  ///   - virtualHosts: The names of users' web sites.
  init(words: [[UInt8]], virtualHosts: VirtualHosts = VirtualHosts([]) { _ in nil }) {
    self.virtualHosts = virtualHosts
    isKnown = !words.isEmpty
    for word in words { add(word) }
  }

  /// Asks Postfix, and looks at the web servers.
  ///
  /// - Parameter configuration: Has `hosted_domains`.
  /// - Returns: What they say.
  static func current(_ configuration: Configuration) -> HostedDomains {
    let origin = PostfixSettings.origin().map { [$0] } ?? []
    let words = origin + parameters.flatMap(PostfixSettings.list) + configuration.hostedDomains
    return HostedDomains(words: words, virtualHosts: .current())
  }

  private func add(_ word: [UInt8]) {
    if word.first == UInt8(ascii: "!") { return }
    if word.first == UInt8(ascii: "/") {
      guard let file = try? FileDescriptor.open(path: word, options: .followLinks),
        let text = try? file.readToEnd(limit: Self.fileBytes)
      else { return }
      // A file names no further files here.
      let lines = text.split(separator: Octets.lineFeed).filter { $0.first != Octets.hash }
      for word in PostfixSettings.words(of: Array(lines.joined(separator: [Octets.lineFeed])))
      where word.first != UInt8(ascii: "/") {
        add(word)
      }
    } else if word.contains(UInt8(ascii: ":")) {
      tables.append(word)
    } else if word.first == UInt8(ascii: "."),
      let name = DomainName.canonical(Array(word.dropFirst()))
    {
      parents.insert(name)
    } else if let name = DomainName.canonical(word) {
      names.insert(name)
    }
  }

  /// Tells whether a domain is hosted here.
  ///
  /// - Parameters:
  ///   - domain: In comparison form.
  ///   - uid: Who used it.
  /// - Returns: Whether it is a customer's, Postfix receives or relays its mail, or the user has a
  ///   web site of that name.
  func contains(_ domain: [UInt8], for uid: UInt32) -> Bool {
    if virtualHosts.has(uid, domain) { return true }
    if names.contains(domain) || hasParent(domain) { return true }
    if let answer = answers[domain] { return answer }
    guard answers.count < Self.questions else { return false }
    let answer = tables.contains { Self.ask($0, domain) }
    answers[domain] = answer
    return answer
  }

  private func hasParent(_ domain: [UInt8]) -> Bool {
    var rest = domain[...]
    while let dot = rest.firstIndex(of: UInt8(ascii: ".")) {
      rest = rest[(dot + 1)...]
      if parents.contains(Array(rest)) { return true }
    }
    return false
  }

  private static func ask(_ table: [UInt8], _ domain: [UInt8]) -> Bool {
    let words = ["postmap", "-q"].map { Array($0.utf8) } + [domain, table]
    let capture = try? Child.run(words)
    return capture?.reason == .exited(0)
  }
}
