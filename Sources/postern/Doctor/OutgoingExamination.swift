internal import LinuxSystem

/// Whether a site can speak SMTP to the world itself.
enum OutgoingExamination {
  /// The port of mail servers, and those of submission, which need a password at the other end.
  private static let serverPorts: [UInt16] = [25]
  private static let submissionPorts: [UInt16] = [465, 587]

  /// Judges the packet filters.
  ///
  /// - Parameters:
  ///   - firewalls: What nftables and iptables hold; a packet must pass all of them.
  ///   - users: The accounts of all sites.
  /// - Returns: That some connection is not blocked for certain.
  static func findings(_ firewalls: [Firewall], users: [Account]) -> [Finding] {
    let open = { ports in Self.open(firewalls, users, ports: ports) }
    let remedy =
      "nft -f \(Installation.share)/nftables/postern.nft, and include it from /etc/nftables.conf"
    var found: [Finding] = []
    let servers = open(serverPorts)
    if !servers.isEmpty {
      found.append(
        Finding(
          .outgoingOpen, "a site can connect to other mail servers directly, without Postern",
          evidence: servers, remedy: remedy))
    }
    let submission = open(submissionPorts)
    if !submission.isEmpty {
      found.append(
        Finding(
          .outgoingSubmission,
          "a site can send mail by any provider where it has, or has stolen, a password",
          evidence: submission, remedy: remedy))
    }
    return found
  }

  /// For each family, what is open to whom.
  private static func open(
    _ firewalls: [Firewall], _ users: [Account], ports: [UInt16]
  ) -> [String] {
    let numbers = firewalls.flatMap(\.owners)
    var answers: [[Bool]: [UInt16]] = [:]
    return [false, true].compactMap { isIPv6 in
      answers = [:]
      var first: (user: Account, ports: [UInt16])?
      var count = 0
      for user in users {
        // Users between whom no rule makes a difference need one question.
        let key = numbers.map { $0.contains(user) }
        let open =
          answers[key]
          ?? ports.filter { port in
            let packet = Firewall.Packet(
              port: Int(port), userID: Int(user.userID), groupID: Int(user.groupID), isIPv6: isIPv6)
            return !firewalls.contains { $0.blocks(packet) }
          }
        answers[key] = open
        guard !open.isEmpty else { continue }
        count += 1
        if first == nil { first = (user, open) }
      }
      guard let first else { return nil }
      let list = first.ports.map { "\($0)" }.joined(separator: ", ")
      let others = count > 1 ? " and \(count - 1) more" : ""
      return "no rule reliably blocks TCP \(list) for \(AnyUser.shown(first.user.name)) "
        + "(UID \(first.user.userID))\(others) over " + (isIPv6 ? "IPv6" : "IPv4")
    }
  }

  /// Asks nft and iptables.
  static func run(users: [Account], _ diagnosis: inout Diagnosis) {
    var firewalls: [Firewall] = []
    var isComplete = false
    if let listing = Machine.run(["nft", "--json", "--numeric", "list", "ruleset"]) {
      if let firewall = listing.success.flatMap(NftRuleset.parse) {
        firewalls.append(firewall)
        isComplete = true
      } else {
        diagnosis.skip("nftables", because: listing.complaint ?? "no listing")
      }
    }
    for (program, isIPv6) in [("iptables-save", false), ("ip6tables-save", true)] {
      guard let listing = Machine.run([program]) else { continue }
      guard let text = listing.success else {
        diagnosis.skip(program, because: listing.complaint ?? "it failed")
        continue
      }
      isComplete = true
      firewalls.append(
        IptablesRuleset.parse(text, isIPv6: isIPv6) { name in
          (try? UserDatabase.account(named: Array(name.utf8))).map { Int($0.userID) }
        })
    }
    guard isComplete || !isInstalled else {
      return diagnosis.skip(
        "outgoing SMTP",
        because: "neither nft nor iptables-save could list the rules of the packet filter")
    }
    // Without any of these programs nobody has laid down a rule.
    diagnosis.add(findings(firewalls, users: users))
  }

  private static var isInstalled: Bool {
    ["nft", "iptables-save", "ip6tables-save"].contains(where: Machine.has)
  }
}
