package import InternetMessage
package import Ledger
internal import LinuxSystem
package import Policy

/// The rules in force for one user: postern.cf and the user's entry in the map, read together.
package struct SenderPolicy: Sendable {
  /// The user.
  package let uid: UInt32
  /// The settings in force.
  package let configuration: Configuration
  /// The user's entry; nil = the user is unlisted.
  package let entry: SenderEntry?
  /// Whether senders.db was built from other files than are there now.
  package let isMapStale: Bool
  /// What becomes of identity fields, and of lines of the header section, that could be read in
  /// several ways; asked often, so it is kept.
  package let reading: Identities.Reading
  /// The account of a user whom the map does not know; nil = the map knows it, or there is none.
  private let stranger: Account?
  /// What is raised for a time by order; nil = nothing.
  package private(set) var raise: Raise?
  /// Where all this was read; nil where no file was read.
  private var source: Source?
  /// Whether rules by which messages go as they came begin too late for this one.
  private var beganWithoutOriginal = false

  private struct Source: Sendable {
    let directory: ConfigurationDirectory
    /// The file: each build puts another one in its place.
    let file: FileStatus
    /// When it was in force, in seconds since 1970.
    var second: UInt64

    /// Whether senders.db is still the very file that was read.
    var isUnchanged: Bool {
      (try? fileStatus(directory.senderIndexFile, followingLinks: true)) == file
    }
  }

  /// Reads the settings and the entry of one user in senders.db.
  ///
  /// - Parameters:
  ///   - uid: The user.
  ///   - directory: The configuration directory.
  /// - Throws: `Refusal.installation`: what cannot be read permits nothing.
  package init(of uid: UInt32, in directory: ConfigurationDirectory) throws(Refusal) {
    self.uid = uid
    do throws(InstallationFault) {
      let map = try directory.senderMap()
      source = Source(directory: directory, file: map.status, second: Clock.seconds())
      entry = try map.entry(for: uid)
      configuration = map.index.configuration
      reading = Self.reading(entry, configuration)
      isMapStale = directory.isStale(map.index.header)
      stranger = entry == nil ? AccountFile.account(of: uid) : nil
      raise = raiseInForce()
    } catch {
      throw .installation(error)
    }
  }

  /// Creates a policy without files: of what was compiled in memory, or for tests.
  package init(
    uid: UInt32, configuration: Configuration, entry: SenderEntry?, isMapStale: Bool = false
  ) {
    self.uid = uid
    self.configuration = configuration
    self.entry = entry
    self.isMapStale = isMapStale
    reading = Self.reading(entry, configuration)
    stranger = entry == nil ? AccountFile.account(of: uid) : nil
    source = nil
  }

  /// Returns the rules in force now, for a message that took long to arrive.
  ///
  /// A caller decides how long its process waits for the message. Processes that were started
  /// before an address was withdrawn must not send in its name afterwards.
  ///
  /// A message that began to be read without `mode = audit`, or before its user was exempt, ends
  /// so: it was not kept as it came.
  ///
  /// - Throws: `Refusal.installation`.
  func renewed() throws(Refusal) -> SenderPolicy {
    guard let source else { return self }
    if source.isUnchanged {
      var policy = self
      policy.source?.second = Clock.seconds()
      // One that was given meanwhile is for the next message, one that has ended for none.
      if raise != nil { policy.raise = raiseInForce() }
      return policy
    }
    var policy = try SenderPolicy(of: uid, in: source.directory)
    policy.beganWithoutOriginal = !keepsOriginal
    return policy
  }

  /// Whether these rules are still what is laid down for the user; false where that cannot be read.
  ///
  /// Rules that were in force within this second or the one before it are: a map that is built
  /// while a message is decided counts from the next message on. A new senders.db that says the
  /// same of this user changes nothing.
  func isInForce() -> Bool {
    guard let source, Clock.seconds() &- source.second > 1, !source.isUnchanged else { return true }
    guard let now = try? SenderPolicy(of: uid, in: source.directory) else { return false }
    return now.entry == entry && now.configuration == configuration
  }

  /// The user as texts name it: the first word of the entry, or `uid:N`.
  package var user: [UInt8] { entry?.user ?? [UInt8]("uid:\(uid)".utf8) }

  /// The login of a user whom the map does not know; nil = the map knows it, or nobody does.
  var unlistedLogin: [UInt8]? { stranger?.name }

  /// A refusal with the login of a user whom the map does not know: `nagios (uid:105)`.
  func naming(_ rejection: Rejection) -> Rejection {
    guard let login = unlistedLogin else { return rejection }
    var named = rejection
    named.user = login + " (".utf8 + rejection.user + ")".utf8
    return named
  }

  /// Whose record of the state file is charged: that of the user's group, if it has one.
  package var recordUID: UInt32 { entry?.recordUID ?? Ledger.sharedUID }

  /// What the quota server is asked about the user; nil = nothing: there is none, or the user has
  /// neither a group nor, where login names are the same fleet-wide, one of those.
  package var sharedQuota: SharedQuotaRequest? {
    guard let names = entry.flatMap(configuration.quotaServer.names) else { return nil }
    return SharedQuotaRequest(name: names.quota, login: names.login, limits: limits)
  }

  /// Whose record counts what is refused: each user's own, since it may suspend the user.
  package var refusalsUID: UInt32 { entry == nil ? Ledger.sharedUID : uid }

  /// The account, whose names Postfix alone would put into a message; where no name is known, the
  /// UID.
  var account: Account {
    if let entry, !entry.login.isEmpty {
      return Account(name: entry.login, userID: uid, groupID: 0, fullName: entry.fullName)
    }
    return (entry == nil ? stranger : AccountFile.account(of: uid))
      ?? Account(name: [UInt8]("uid\(uid)".utf8), userID: uid, groupID: 0, fullName: [])
  }

  /// Whether the user may send as anybody, uncounted.
  package var isExempt: Bool { entry?.isExempt ?? false }

  /// Whether an exempt user's message goes with its arguments and bytes as they came.
  var handsOverOriginal: Bool { isExempt && !beganWithoutOriginal }

  /// Whether the message must be kept as it comes, because it may be handed over so.
  var keepsOriginal: Bool { handsOverOriginal || mode == .audit }

  /// Whether the user may send as anybody, and in any form.
  package var sendsAsAnybody: Bool { reading == .lenient }

  private static func reading(
    _ entry: SenderEntry?, _ configuration: Configuration
  ) -> Identities.Reading {
    var policy = configuration.ambiguousFrom
    if let entry {
      if entry.sendsAsAnybody { return .lenient }
      policy = entry.ambiguousFrom(defaults: configuration)
    }
    return policy == .repair && configuration.defaultDomain != nil ? .repairing : .strict
  }

  /// Whether refusals are only logged.
  package var mode: Mode {
    beganWithoutOriginal ? .enforce : entry?.mode(defaults: configuration) ?? configuration.mode
  }

  /// What becomes of a From: that is not allowed.
  package var fromPolicy: FromPolicy {
    entry?.fromPolicy(defaults: configuration) ?? configuration.fromPolicy
  }

  /// How much the user may send.
  package var limits: QuotaLimits {
    let usual = entry?.limits(defaults: configuration) ?? configuration.limits
    return raise?.applied(to: usual) ?? usual
  }

  /// The raise of who has limits at all.
  private func raiseInForce() -> Raise? {
    guard let entry, !entry.isExempt else { return nil }
    return Raises(beside: configuration.quotaFile).raise(of: uid)
  }

  /// How large a message and its header section may be.
  package var sizes: SizeLimits {
    entry?.sizes(defaults: configuration) ?? configuration.sizes
  }

  /// Completes an address that was written without a domain.
  package func qualified(_ address: AddrSpec) -> AddrSpec {
    guard let domain = configuration.defaultDomain else { return address }
    return address.qualified(with: domain)
  }
}
