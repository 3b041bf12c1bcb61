internal import Ledger
internal import LinuxSystem
internal import Policy

/// Whether the server that a fleet shares its quotas through can be relied upon.
enum FleetExamination {
  /// The greatest difference of two clocks, in seconds, with which a window is still one hour.
  private static let clockSeconds: UInt64 = 30
  private static let configuration = "\(Installation.share)/fleet/valkey.conf"

  /// Looks at the server as the drop-in does, and as whoever should not reach it.
  ///
  /// - Parameters:
  ///   - address: Where it is.
  ///   - settings: What postern.cf says for the drop-in.
  ///   - site: A site's account: one, because each attempt may take two seconds.
  ///   - service: The account postern, who reads the password; nil = whoever runs this.
  ///   - diagnosis: Takes what is found.
  /// - Returns: Whether it answers.
  static func outside(
    _ address: QuotaServerAddress, _ settings: QuotaServerSettings, site: Account,
    service: Account?, _ diagnosis: inout Diagnosis
  ) -> Bool {
    let server = HelpText.shown(address.written)
    diagnosis.add(strangers(address, server))
    diagnosis.add(reachable(address, settings, site, server))
    do throws(EngineFault) {
      var engine = try Engine.connect(to: address, as: dropIn(settings, service))
      let release = try engine.release()
      if release == Engine.release {
        try engine.look()
      } else {
        diagnosis.add(function(release, server))
      }
      return true
    } catch {
      guard case .refused = error else {
        diagnosis.add(
          Finding(
            .fleetUnreachable, "the quota server does not answer: quotas are not shared",
            evidence: ["\(server): \(error.text)"],
            remedy: "start it, or correct quota_server; then 'postern fleet check'"))
        return false
      }
      diagnosis.add(
        Finding(
          .fleetAccount,
          "the quota server does not let the drop-in ask: quotas are not shared",
          evidence: ["\(server): \(error.text)"],
          remedy: "compare quota_server_user and quota_server_password_file with users.acl there"))
      return true
    }
  }

  /// Looks at how it was set up.
  ///
  /// - Parameters:
  ///   - access: Where it is, and the administrator's account.
  ///   - diagnosis: Takes what is found.
  static func inside(_ access: EngineAccess, _ diagnosis: inout Diagnosis) {
    do throws(EngineFault) {
      var engine = try Engine.connect(to: access.address, as: access.account)
      let facts = try engine.facts()
      diagnosis.add(findings(facts, now: Clock.seconds(), server: access.shown))
    } catch {
      diagnosis.add(
        Finding(
          .fleetUnreachable,
          "the quota server does not tell its administrator how it is set up: that was not examined",
          evidence: ["\(access.shown): \(error.text)"],
          remedy:
            "correct /etc/postern/fleet-admin.password, or users.acl there; then 'postern fleet check'"
        ))
    }
  }

  /// What is wrong with how it was set up.
  static func findings(_ facts: EngineFacts, now: UInt64, server: String) -> [Finding] {
    var found: [Finding] = []
    func wrong(_ code: FindingCode, _ name: String, is bad: (String) -> Bool, _ text: String) {
      guard let value = facts.parameters[name], bad(value) else { return }
      found.append(
        Finding(
          code, text, evidence: ["\(server): \(name) \(value)"],
          remedy: "set it as \(configuration) does, and restart the server"))
    }
    if !facts.isPrimary {
      found.append(
        Finding(
          .fleetReplica, "the quota server is a replica: it refuses every message's question",
          evidence: ["\(server): role \(facts.role)"],
          remedy: "let quota_server name the primary, or a local haproxy that finds it (fleet.md)"))
    }
    wrong(
      .fleetEvicts, "maxmemory-policy", is: { $0 != "noeviction" },
      "the quota server throws quotas away when its memory is full: what was used is forgotten")
    wrong(
      .fleetVolatile, "appendonly", is: { $0 != "yes" },
      "the quota server keeps nothing on its disk: a restart forgets what was used until each web server has told it"
    )
    wrong(
      .fleetTimeout, "timeout", is: { $0 == "0" },
      "the quota server keeps silent connections for ever: sites that hold their processes use up maxclients"
    )
    if facts.replicas > 0 {
      wrong(
        .fleetReplicas, "min-replicas-to-write", is: { $0 == "0" },
        "a primary that has lost its replicas goes on granting: after a fail-over a site may have the limit twice"
      )
    }
    if let clock = facts.clock, max(clock, now) - min(clock, now) > clockSeconds {
      found.append(
        Finding(
          .fleetClock, "the clocks of this machine and of the quota server are apart",
          evidence: ["here \(now), \(server) \(clock) seconds since 1970"],
          remedy: "run an NTP client on both (chrony, systemd-timesyncd)"))
    }
    return found
  }

  private static func function(_ release: Int64?, _ server: String) -> Finding {
    let loaded =
      release.map { "release \($0) is loaded, this is \(Engine.release)" } ?? "it is not loaded"
    return Finding(
      .fleetFunction, "the quota server has not the function of this Postern",
      evidence: ["\(server): \(loaded)"], remedy: "postern fleet setup")
  }

  /// The account that the drop-in signs in with; nil = it does not.
  ///
  /// The password is read as the account postern, who may not be able to what root is.
  private static func dropIn(
    _ settings: QuotaServerSettings, _ service: Account?
  ) throws(EngineFault) -> EngineAccount? {
    guard !settings.passwordFile.isEmpty else { return nil }
    let file = String(decoding: settings.passwordFile, as: UTF8.self)
    let text =
      service == nil
      ? Machine.text(file) : Machine.run(["cat", "--", file], as: service)?.success
    guard let text else { throw .refused("\(file) cannot be read by the account postern") }
    return EngineAccount(name: settings.user, password: ServerPassword.line(of: Array(text.utf8)))
  }

  /// Whoever has no password: only who is told to sign in, or gets no answer, is not served.
  private static func strangers(_ address: QuotaServerAddress, _ server: String) -> Finding? {
    guard var engine = try? Engine.connect(to: address, as: nil) else { return nil }
    let said: String
    do throws(EngineFault) {
      _ = try engine.call(["PING"])
      said = "PING was answered without AUTH"
    } catch {
      guard case .refused(let text) = error, text.hasPrefix("NOPERM") else { return nil }
      said = "without AUTH it says '\(text)', and not NOAUTH"
    }
    return Finding(
      .fleetOpen,
      "the quota server serves whoever has no password: anybody who reaches it can change what was used",
      evidence: ["\(server): \(said)"],
      remedy:
        "let it load \(Installation.share)/fleet/users.acl, whose first line is 'user default off'")
  }

  private static func reachable(
    _ address: QuotaServerAddress, _ settings: QuotaServerSettings, _ site: Account,
    _ server: String
  ) -> Finding? {
    var evidence: [String] = []
    switch address {
    case .unix(let path): evidence += [open(path, to: 0o002)].compactMap { $0 }
    case .inet(let host, let port):
      if connects(site, String(decoding: host, as: UTF8.self), port) {
        evidence.append("\(AnyUser.shown(site.name)) can connect to \(server)")
      }
    }
    if !settings.passwordFile.isEmpty {
      evidence += [open(settings.passwordFile, to: 0o004)].compactMap { $0 }
    }
    guard !evidence.isEmpty else { return nil }
    return Finding(
      .fleetReachable, "sites reach the quota server, or the password for it", evidence: evidence,
      remedy:
        "nft -f \(Installation.share)/nftables/postern-fleet.nft; a socket: mode 660 and group postern, in a directory with mode 750; the password: mode 640 and group postern"
    )
  }

  /// A file that everybody may use in a way, in directories that everybody may go through.
  private static func open(_ path: [UInt8], to use: UInt32) -> String? {
    let shown = HelpText.shown(path)
    guard let file = Machine.status(String(decoding: path, as: UTF8.self)),
      file.mode & use != 0
    else { return nil }
    var directory = path
    while directory.count > 1 {
      directory = FileSystem.directory(of: directory)
      let status = Machine.status(String(decoding: directory, as: UTF8.self))
      guard let status, status.mode & 0o001 != 0 else { return nil }
    }
    return "\(shown) has mode \(String(file.mode & 0o7777, radix: 8)), and everybody may go there"
  }

  private static func connects(_ site: Account, _ address: String, _ port: UInt16) -> Bool {
    do throws(Errno) {
      _ = try Connection.open(
        to: address, port: port, userID: site.userID, groupID: site.groupID, milliseconds: 2_000)
      return true
    } catch {
      return false
    }
  }
}

extension Engine {
  /// Asks for a quota that no site can have, as the drop-in's account may.
  fileprivate mutating func look() throws(EngineFault) {
    _ = try call(["FCALL", "postern1_look", "1", "postern:q: ", "60", "3600"])
  }
}
