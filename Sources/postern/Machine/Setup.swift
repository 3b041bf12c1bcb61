internal import Ledger
internal import LinuxSystem
internal import Policy
internal import Submission

/// Which installation the tool works on, and as whom.
struct Setup {
  /// The account that owns the state directory.
  private static let accountName = "postern"
  /// How long a command waits for the lock of a user's record, in milliseconds: a process of that
  /// user may hold it.
  static let patience: UInt64 = 2_000

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
      throw ToolFailure(.failed, "there is no account \(Self.accountName); reinstall Postern")
    }
    return found
  }

  /// Makes the process the account postern, for good.
  ///
  /// Root does so before it touches a directory in which that account can lay links; what root
  /// alone may read must have been read before.
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
  /// - Parameter configuration: Names it.
  /// - Returns: The open state file.
  /// - Throws: `ToolFailure`.
  func openLedger(_ configuration: Configuration) throws(ToolFailure) -> Ledger {
    try becomeService()
    do { return try Ledger.open(for: configuration, patience: Self.patience) } catch {
      throw ToolFailure(error)
    }
  }

  /// Reads postern.cf and senders.db.
  func readMap() throws(ToolFailure) -> MapContents {
    do { return try readContents() } catch {
      throw ToolFailure(error)
    }
  }

  /// Reads the same; throws what is wrong with the file as it was found.
  func readContents() throws(InstallationFault) -> MapContents {
    let map = try directory.senderMap()
    return MapContents(
      configuration: map.index.configuration, header: map.index.header,
      entries: try map.allEntries(), isStale: directory.isStale(map.index.header))
  }
}

/// The right to write into the configuration directory, until its end.
struct ConfigurationLock: ~Copyable {
  fileprivate let directory: FileDescriptor

  /// Gives the right back; so does the end of the process.
  consuming func release() {}
}

extension Setup {
  /// Waits until no other `map build`, `map import` or `set` is at work.
  ///
  /// - Throws: `ToolFailure`.
  func lockConfiguration() throws(ToolFailure) -> ConfigurationLock {
    let path = directory.path
    do {
      let directory = try FileDescriptor.open(path: path, options: [.directory, .followLinks])
      let deadline = Clock.monotonicMilliseconds() + Self.configurationPatience
      while Clock.monotonicMilliseconds() < deadline {
        if try directory.tryLockWhole() { return ConfigurationLock(directory: directory) }
        Clock.pause(milliseconds: 20)
      }
    } catch {
      throw ToolFailure(error, "cannot lock \(path)")
    }
    throw ToolFailure(
      .failed,
      "another 'postern map build', 'map import' or 'set' is running, or a process of the account postern holds \(path) "
        + "locked; find it with 'fuser -v \(path)'")
  }

  /// How long a command waits for another one to write the configuration, in milliseconds.
  private static let configurationPatience: UInt64 = 30_000
}

extension ToolFailure {
  /// What keeps the state file from being used.
  init(_ error: LedgerError) {
    switch error {
    case .held(let uid):
      self.init(
        .failed,
        "a process of the user with UID \(uid) holds its record and does not go on; look for it with "
          + "'ps -eo pid,ruser,user,stat,args' (the drop-in sendmail, STAT T is stopped), end it with kill -KILL"
      )
    case .noFreeSlot:
      self.init(
        .failed, "the state file is full: \(LedgerFormat.slotCount) records; see 'postern check'")
    default: self.init(.failed, Diagnostics.text(for: .ledger(error)))
    }
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
