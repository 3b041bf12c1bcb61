internal import Ledger
internal import LinuxSystem
internal import Policy
internal import Submission

/// Which installation the tool works on, and as whom.
struct Setup {
  /// The account that owns the state directory.
  private static let accountName = "postern"

  /// The configuration directory.
  let directory: ConfigurationDirectory
  let credentials: Credentials

  /// Whether the environment names another installation than the machine's.
  var isTrial: Bool { directory.isTrial }

  /// Finds the installation.
  static func current() throws(ToolFailure) -> Setup {
    let credentials = Credentials.current()
    if let trial = ConfigurationDirectory.trial(of: credentials) {
      return Setup(directory: trial, credentials: credentials)
    }
    guard Environment.value(ConfigurationDirectory.variable) == nil else {
      throw ToolFailure(.failed, "\(ConfigurationDirectory.variable) must be an absolute path")
    }
    return Setup(directory: .installed, credentials: credentials)
  }

  /// Whether this process may do what is root's.
  var isAdministrator: Bool { isTrial || credentials.effectiveUserID == 0 }

  /// Refuses ordinary users.
  ///
  /// - Parameter what: What they tried, for example `map build`.
  /// - Throws: `ToolFailure` of kind `notPermitted`.
  func requireAdministrator(_ what: String) throws(ToolFailure) {
    guard isAdministrator else { throw ToolFailure(.notPermitted, "only root may use '\(what)'") }
  }

  /// The account `postern`; nil in a trial, which uses no account but its own.
  func serviceAccount() throws(ToolFailure) -> Account? {
    guard !isTrial else { return nil }
    let found: Account?
    do { found = try UserDatabase.account(named: Array(Self.accountName.utf8)) } catch {
      throw ToolFailure(error, "cannot look up the account \(Self.accountName)")
    }
    guard let found, found.userID != 0 else {
      throw ToolFailure(.failed, "there is no account \(Self.accountName); run Install/install")
    }
    return found
  }

  /// Makes the process the account postern, for good.
  ///
  /// Root does so before it touches a directory in which that account can lay links; what root alone may read must
  /// have been read before.
  ///
  /// - Throws: `ToolFailure`.
  func becomeService() throws(ToolFailure) {
    guard let account = try serviceAccount() else { return }
    do { try Credentials.become(userID: account.userID, groupID: account.groupID) } catch {
      throw ToolFailure(error, "cannot become the account \(Self.accountName)")
    }
  }

  /// Opens the state file as its owner, see `becomeService`.
  ///
  /// - Parameter configuration: postern.cf.
  /// - Returns: The open state file.
  /// - Throws: `ToolFailure`.
  func openLedger(_ configuration: Configuration) throws(ToolFailure) -> Ledger {
    try becomeService()
    do { return try Ledger.open(path: configuration.quotaFile) } catch {
      throw ToolFailure(error)
    }
  }

  /// Reads postern.cf and senders.db.
  func readMap() throws(ToolFailure) -> MapContents {
    do throws(InstallationFault) {
      let configuration = try directory.configuration()
      let map = try directory.senderMap()
      return MapContents(
        configuration: configuration, header: map.index.header, entries: try map.allEntries(),
        isStale: directory.isStale(map.index.header, configuration))
    } catch {
      throw ToolFailure(error)
    }
  }
}

extension ToolFailure {
  /// What keeps the state file from being used.
  init(_ error: LedgerError) {
    self.init(.failed, Diagnostics.text(for: .ledger(error)))
  }
}

/// The compiled map with the settings it is read with.
struct MapContents {
  let configuration: Configuration
  let header: SenderIndexHeader
  let entries: [SenderEntry]
  /// Whether senders or settings have changed since the map was built.
  let isStale: Bool
}
