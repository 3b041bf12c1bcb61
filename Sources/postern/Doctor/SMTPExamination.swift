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
    + "&& postfix reload; or nft -f Install/nftables/postern.nft"

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
          .smtpOpen, "\(user) can send mail abroad over SMTP to this machine, past Postern",
          evidence: open + (networks.map { ["mynetworks = \($0)"] } ?? []), remedy: remedy)
      ]
    }
    let unclear = attempts.compactMap { attempt in
      if case .undecided(let text) = attempt.outcome { "\(attempt.place): \(text)" } else { nil }
    }
    guard !unclear.isEmpty, let networks, trustsLocalhost(networks) else { return [] }
    return [
      Finding(
        .smtpTrusted, "a server listens here and trusts every local user, but could not be tried",
        evidence: unclear + ["mynetworks = \(networks)"], remedy: remedy)
    ]
  }

  /// Whether `mynetworks` names this machine itself: in numbers, or in a table that is not looked into.
  static func trustsLocalhost(_ networks: String) -> Bool {
    networks.listWords.contains { word in
      word.hasPrefix("127.") || word.hasPrefix("[::1]") || word.hasPrefix("::1")
        || word.hasPrefix("0.0.0.0/0") || word.contains(":/") || word.hasPrefix("/")
    }
  }

  /// Tries every port of every address, as a site.
  static func run(
    user: Account, sender: String, networks: String?, _ diagnosis: inout Diagnosis
  ) {
    var places = ["127.0.0.1", "::1"]
    if let own = Machine.run(["hostname", "-I"])?.success {
      places += own.listWords.prefix(addresses)
    } else {
      diagnosis.skip(
        "SMTP on this machine's own addresses", because: "hostname -I does not tell them")
    }
    let attempts = places.flatMap { address in
      ports.map { port in
        Attempt(
          address: address, port: port,
          outcome: SMTPDialogue.attempt(address, port, user: user, sender: sender))
      }
    }
    for attempt in attempts {
      if case .undecided(let text) = attempt.outcome {
        diagnosis.skip("SMTP to \(attempt.place)", because: text)
      }
    }
    let name = String(decoding: user.name, as: UTF8.self)
    diagnosis.add(findings(attempts, user: name, networks: networks))
  }
}
