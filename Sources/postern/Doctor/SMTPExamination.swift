internal import LinuxSystem

/// Whether a site can hand mail to a server on this machine over SMTP.
enum SMTPExamination {
  /// One attempt and its end.
  struct Attempt: Equatable {
    let address: String
    let port: UInt16
    let outcome: SMTPDialogue.Outcome

    var place: String { address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)" }
  }

  static let ports: [UInt16] = [25, 465, 587]
  /// The most addresses of this machine that are tried; containers' hosts have many.
  private static let addresses = 16
  private static let remedy =
    "postconf -e mynetworks= 'smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination' "
    + "&& postfix reload; or nft -f \(Installation.share)/nftables/postern.nft"

  /// Judges the attempts.
  ///
  /// - Parameters:
  ///   - attempts: What was tried as a site.
  ///   - user: As which one.
  ///   - networks: Postfix's `mynetworks`; nil if there is no Postfix.
  /// - Returns: What a site can do.
  static func findings(_ attempts: [Attempt], user: String, networks: String?) -> [Finding] {
    let open = attempts.compactMap { attempt in
      if case .accepted(let text) = attempt.outcome {
        "\(attempt.place): RCPT TO:<\(SMTPDialogue.recipient)>: \(text)"
      } else {
        nil
      }
    }
    if !open.isEmpty {
      return [
        Finding(
          .smtpOpen,
          "the account \(user) can send mail to other servers over SMTP to this machine, without Postern",
          evidence: open + (networks.map { ["mynetworks = \($0)"] } ?? []), remedy: remedy)
      ]
    }
    let unclear = attempts.compactMap { attempt in
      if case .undecided(let text) = attempt.outcome { "\(attempt.place): \(text)" } else { nil }
    }
    guard !unclear.isEmpty, let networks, trustsLocalhost(networks) else { return [] }
    return [
      Finding(
        .smtpTrusted, "an SMTP server here trusts every local user, but could not be tested",
        evidence: unclear + ["mynetworks = \(networks)"], remedy: remedy)
    ]
  }

  /// Whether `mynetworks` names this machine itself: in numbers, or in a table that is not looked
  /// into.
  static func trustsLocalhost(_ networks: String) -> Bool {
    networks.listWords.contains { word in
      word.hasPrefix("127.") || word.hasPrefix("[::1]") || word.hasPrefix("::1")
        || word.hasPrefix("0.0.0.0/0") || word.contains(":/") || word.hasPrefix("/")
    }
  }

  /// Tries every port of every address, as a site.
  ///
  /// - Parameters:
  ///   - user: The account of a site.
  ///   - sender: An address that it may use.
  ///   - door: Postern's program for SMTP.
  ///   - services: The services of master.cf, of all instances of Postfix.
  ///   - networks: Postfix's `mynetworks`.
  ///   - diagnosis: Takes what is found.
  static func run(
    user: Account, sender: String, door: OtherEnd, services: [MasterService], networks: String?,
    _ diagnosis: inout Diagnosis
  ) {
    var addresses = ["127.0.0.1", "::1"]
    if let own = Machine.run(["hostname", "-I"])?.success {
      addresses += own.listWords.prefix(Self.addresses)
    } else {
      diagnosis.skip(
        "SMTP on this machine's own addresses", because: "hostname -I does not list them")
    }
    let named = endpoints(services, addresses, &diagnosis)
    let sockets = Machine.socketTables().flatMap(ListeningSockets.parse)
      .filter { !named.contains($0) }
    if sockets.count > socketLimit {
      diagnosis.skip(
        "\(sockets.count - socketLimit) listening sockets", because: "there are too many to try all"
      )
    }
    let greeters = SMTPDialogue.greeters(among: Array(sockets.prefix(socketLimit)), user: user)
    let attempts = (named + greeters).map { place in
      Attempt(
        address: place.address, port: place.port,
        outcome: SMTPDialogue.attempt(
          place.address, place.port, user: user, sender: sender, door: door))
    }
    for attempt in attempts {
      if case .undecided(let text) = attempt.outcome {
        diagnosis.skip("SMTP to \(attempt.place)", because: text)
      }
    }
    diagnosis.localSMTP = LocalSMTP(attempts)
    let name = AnyUser.shown(user.name)
    diagnosis.add(findings(attempts, user: name, networks: networks))
  }

  /// The most sockets that no configuration names and that are tried.
  private static let socketLimit = 256

  /// Where a mail server may listen: the ports of SMTP, and what master.cf says.
  private static func endpoints(
    _ services: [MasterService], _ addresses: [String], _ diagnosis: inout Diagnosis
  ) -> [ListeningSockets.Place] {
    let ports = Machine.text("/etc/services").map(ServicePorts.parse) ?? [:]
    var places = addresses.flatMap { address in
      Self.ports.map { ListeningSockets.Place(address: address, port: $0) }
    }
    for service in services where service.kind == "inet" {
      guard let (host, port) = service.endpoint({ ports[$0] }) else {
        diagnosis.skip("the service \(service.name) of master.cf", because: "its port is not known")
        continue
      }
      guard !["qmqpd", "tlsproxy"].contains(service.program) else {
        diagnosis.skip("the service \(service.name) of master.cf", because: "it speaks no SMTP")
        continue
      }
      // A name instead of an address is not looked up: the sockets that listen are tried, too.
      let isAddress = host.allSatisfy { $0.isHexDigit || $0 == "." || $0 == ":" }
      let hosts = host.isEmpty ? addresses : isAddress ? [host] : []
      places += hosts.map { ListeningSockets.Place(address: $0, port: port) }
    }
    var seen: Set<ListeningSockets.Place> = []
    return places.filter { seen.insert($0).inserted }
  }
}
