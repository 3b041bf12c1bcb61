internal import Ledger
internal import LinuxSystem
internal import Policy

/// Whether the server that a fleet shares its quotas through can be relied upon.
enum FleetExamination {
  /// The greatest difference of two clocks, in seconds, with which a window is still one hour.
  private static let clockSeconds: UInt64 = 30
  private static let configuration = "\(Installation.share)/fleet/valkey.conf"

  /// Looks at the server.
  ///
  /// - Parameters:
  ///   - access: Where it is, and the administrator's account.
  ///   - settings: What postern.cf says for the drop-in.
  ///   - sites: Accounts of sites, none of which may reach it.
  ///   - diagnosis: Takes what is found.
  static func run(
    _ access: EngineAccess, _ settings: QuotaServerSettings, sites: [Account],
    _ diagnosis: inout Diagnosis
  ) {
    diagnosis.add(strangers(access))
    diagnosis.add(reachable(access, sites))
    do throws(EngineFault) {
      var engine = try Engine.connect(to: access.address, as: access.account)
      let facts = try engine.facts()
      diagnosis.add(findings(facts, now: Clock.seconds(), server: access.shown))
      let release = try engine.release()
      diagnosis.add(function(release, facts, access))
      if release != nil { diagnosis.add(account(access, settings)) }
    } catch {
      diagnosis.add(
        Finding(
          .fleetUnreachable,
          "the quota server does not do what its administrator asks: quotas are not shared, and nothing of it can be examined",
          evidence: ["\(access.shown): \(error.text)"],
          remedy:
            "start it, or correct quota_server, the password or users.acl; then 'postern fleet check'"
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

  private static func function(
    _ release: Int64?, _ facts: EngineFacts, _ access: EngineAccess
  ) -> Finding? {
    guard release != Engine.release else { return nil }
    let loaded =
      release.map { "release \($0) is loaded, this is \(Engine.release)" } ?? "it is not loaded"
    let old = facts.hasFunctions ? "" : "; it needs Valkey, or Redis 7.0 and later"
    return Finding(
      .fleetFunction, "the quota server has not the function of this Postern",
      evidence: ["\(access.shown): \(loaded); \(facts.program)\(old)"],
      remedy: "postern fleet setup")
  }

  /// What the drop-in does for each message, without counting anything.
  private static func account(_ access: EngineAccess, _ settings: QuotaServerSettings) -> Finding? {
    do throws(EngineFault) {
      let file = String(decoding: settings.passwordFile, as: UTF8.self)
      let password = Machine.text(file).map { Array($0.utf8.prefix { $0 != 0x0A && $0 != 0x0D }) }
      guard settings.passwordFile.isEmpty || password != nil else {
        throw .refused("\(file) cannot be read")
      }
      let account = password.map { EngineAccount(name: settings.user, password: $0) }
      var engine = try Engine.connect(to: access.address, as: account)
      try engine.look()
      return nil
    } catch {
      return Finding(
        .fleetAccount, "the quota server does not let the drop-in ask: quotas are not shared",
        evidence: ["\(access.shown): \(error.text)"],
        remedy: "compare quota_server_user and quota_server_password_file with users.acl there")
    }
  }

  /// Whoever has no password.
  private static func strangers(_ access: EngineAccess) -> Finding? {
    guard var engine = try? Engine.connect(to: access.address, as: nil),
      (try? engine.call(["PING"])) != nil
    else { return nil }
    return Finding(
      .fleetOpen,
      "the quota server serves whoever has no password: anybody who reaches it can change what was used",
      evidence: ["\(access.shown): PING was answered without AUTH"],
      remedy:
        "let it load \(Installation.share)/fleet/users.acl, whose first line is 'user default off'")
  }

  private static func reachable(_ access: EngineAccess, _ sites: [Account]) -> Finding? {
    let evidence: String?
    switch access.address {
    case .unix(let path): evidence = open(String(decoding: path, as: UTF8.self))
    case .inet(let address, let port):
      evidence = sites.first { connects($0, String(decoding: address, as: UTF8.self), port) }.map {
        "\(AnyUser.shown($0.name)) can connect to \(access.shown)"
      }
    }
    return evidence.map {
      Finding(
        .fleetReachable, "sites reach the quota server", evidence: [$0],
        remedy:
          "nft -f \(Installation.share)/nftables/postern-fleet.nft; a socket: mode 660 and group postern, in a directory with mode 750"
      )
    }
  }

  /// A socket that everybody may write to, on a way that everybody may go.
  private static func open(_ path: String) -> String? {
    guard let socket = Machine.status(path), socket.mode & 0o002 != 0 else { return nil }
    var directory = Array(path.utf8)
    while directory.count > 1 {
      directory = FileSystem.directory(of: directory)
      let status = Machine.status(String(decoding: directory, as: UTF8.self))
      guard let status, status.mode & 0o001 != 0 else { return nil }
    }
    return "\(path) has mode \(String(socket.mode & 0o7777, radix: 8)), and everybody may go there"
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
