package import InternetMessage
internal import LinuxSystem
package import Policy

/// What the administrator has laid down for one user: the configuration and the user's entry in the map.
package struct Site: Sendable {
  /// The user.
  package let uid: UInt32
  /// postern.cf, its `default_domain` completed from senders.db.
  package let configuration: Configuration
  /// The user's entry; nil if the user is unlisted.
  package let entry: SenderEntry?
  /// Whether senders.db was built from other files than are there now.
  package let isMapStale: Bool
  /// Where all this was read, and in which second since 1970; nil where no file was read.
  private let reading: (directory: ConfigurationDirectory, second: UInt64)?
  /// Whether `mode = audit` begins too late for this message.
  private var beganWithoutAudit = false

  /// Reads postern.cf, and of senders.db the entry of one user.
  ///
  /// - Parameters:
  ///   - uid: The user.
  ///   - directory: The configuration directory.
  /// - Throws: `Refusal.installation`: what cannot be read permits nothing.
  package init(of uid: UInt32, in directory: ConfigurationDirectory) throws(Refusal) {
    self.uid = uid
    reading = (directory, Clock.seconds())
    do throws(InstallationFault) {
      var configuration = try directory.configuration()
      let map = try directory.senderMap()
      entry = try map.entry(for: uid)
      isMapStale = directory.isStale(map.index.header, configuration)
      // What was resolved at the build stays in force until the next one.
      configuration.adopt(map.index.header)
      self.configuration = configuration
    } catch {
      throw .installation(error)
    }
  }

  /// Lays down a site without files, for tests.
  package init(
    uid: UInt32, configuration: Configuration, entry: SenderEntry?, isMapStale: Bool = false
  ) {
    self.uid = uid
    self.configuration = configuration
    self.entry = entry
    self.isMapStale = isMapStale
    reading = nil
  }

  /// Returns what is laid down now, for a message that was long in coming.
  ///
  /// A caller decides how long its process waits for the message. Processes that were started before an address was
  /// withdrawn must not send in its name afterwards. What was read within this second is not read again.
  ///
  /// A message whose reading began without `mode = audit` ends without it: it was not kept as it came.
  ///
  /// - Throws: `Refusal.installation`.
  func renewed() throws(Refusal) -> Site {
    guard let reading, reading.second != Clock.seconds() else { return self }
    var site = try Site(of: uid, in: reading.directory)
    site.beganWithoutAudit = mode != .audit
    return site
  }

  /// The user as texts name it: the first word of the entry, or `uid:N`.
  package var user: [UInt8] { entry?.user ?? [UInt8]("uid:\(uid)".utf8) }

  /// The login name, which Postfix alone would take as envelope sender; the UID where no name is known.
  package var login: [UInt8] {
    if let login = entry?.login, !login.isEmpty { return login }
    return AccountFile.login(of: uid) ?? [UInt8]("uid\(uid)".utf8)
  }

  /// Whether the user may send as anybody, uncounted.
  package var isExempt: Bool { entry?.isExempt ?? false }

  /// Whether refusals are only logged.
  package var mode: Mode {
    beganWithoutAudit ? .enforce : entry?.mode(defaults: configuration) ?? configuration.mode
  }

  /// What becomes of a From: that is not allowed.
  package var fromPolicy: FromPolicy {
    entry?.fromPolicy(defaults: configuration) ?? configuration.fromPolicy
  }

  /// How much the user may send.
  package var limits: QuotaLimits {
    entry?.limits(defaults: configuration) ?? configuration.limits
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
