internal import LinuxSystem

/// Whether a site can speak SMTP to the world itself.
enum OutgoingExamination {
  /// Judges the packet filters.
  ///
  /// - Parameters:
  ///   - firewalls: What nftables and iptables hold; a packet must pass all of them.
  ///   - user: The account of a site.
  /// - Returns: That some connection is not blocked for certain.
  static func finding(_ firewalls: [Firewall], user: Account) -> Finding? {
    let name = String(decoding: user.name, as: UTF8.self)
    var open: [String] = []
    for isIPv6 in [false, true] {
      let ports = SMTPExamination.ports.filter { port in
        let packet = Firewall.Packet(
          port: Int(port), userID: Int(user.userID), groupID: Int(user.groupID), isIPv6: isIPv6)
        return !firewalls.contains { $0.blocks(packet) }
      }
      guard !ports.isEmpty else { continue }
      let list = ports.map { "\($0)" }.joined(separator: ", ")
      open.append(
        "no rule for certain blocks TCP \(list) of \(name) (UID \(user.userID)) over "
          + (isIPv6 ? "IPv6" : "IPv4"))
    }
    guard !open.isEmpty else { return nil }
    return Finding(
      .outgoingOpen, "a site can send mail straight to the world, without any sendmail",
      evidence: open,
      remedy: "nft -f Install/nftables/postern.nft, and include it from /etc/nftables.conf")
  }

  /// Asks nft and iptables.
  static func run(user: Account, _ diagnosis: inout Diagnosis) {
    var firewalls: [Firewall] = []
    var isComplete = false
    if let listing = Machine.run(["nft", "--json", "--numeric", "list", "ruleset"]) {
      if let firewall = listing.success.flatMap(NftRuleset.parse) {
        firewalls.append(firewall)
        isComplete = true
      } else {
        diagnosis.skip("nftables", because: Machine.lines(listing.text).first ?? "no listing")
      }
    }
    for (program, isIPv6) in [("iptables-save", false), ("ip6tables-save", true)] {
      guard let listing = Machine.run([program]) else { continue }
      guard let text = listing.success else {
        diagnosis.skip(program, because: Machine.lines(listing.text).first ?? "it failed")
        continue
      }
      isComplete = true
      firewalls.append(
        IptablesRuleset.parse(text, isIPv6: isIPv6) { name in
          (try? UserDatabase.account(named: Array(name.utf8))).map { Int($0.userID) }
        })
    }
    guard isComplete else {
      return diagnosis.skip(
        "outgoing SMTP", because: "neither nft nor iptables-save could tell the packet filter")
    }
    diagnosis.add(finding(firewalls, user: user))
  }
}
