internal import Ledger
internal import LinuxSystem
internal import Policy
internal import Submission

/// Where the fleet's server is, and as whom its administrator signs in.
struct EngineAccess: Sendable {
  static let server = Command.Flag(
    name: "--server", value: "ADDRESS",
    summary: "the server, if not quota_server: unix:/path or inet:192.0.2.5:6379")
  static let passwordFile = Command.Flag(
    name: "--password-file", value: "FILE",
    summary: "the password of the account postern-admin, if not /etc/postern/fleet-admin.password")

  /// The account of Install/fleet/users.acl.
  private static let accountName = "postern-admin"
  private static let fileName = "/fleet-admin.password"

  let address: QuotaServerAddress
  /// Nil = the server asks for no password.
  let account: EngineAccount?

  /// Takes what the options say, and what postern.cf and the password's file do.
  ///
  /// - Parameters:
  ///   - arguments: Of a command that has both options, or none of them.
  ///   - setup: The installation.
  ///   - configuration: Its postern.cf.
  /// - Throws: `ToolFailure`.
  init(
    _ arguments: Arguments, _ setup: Setup, _ configuration: Configuration
  ) throws(ToolFailure) {
    address = try Self.address(arguments, configuration)
    let named = arguments.value(of: Self.passwordFile.name)
    let file = named ?? Array((setup.directory.path + Self.fileName).utf8)
    let isExpected = named != nil || !configuration.quotaServer.passwordFile.isEmpty
    let password = try Self.password(in: file, isExpected: isExpected, setup)
    account = password.map { EngineAccount(name: Array(Self.accountName.utf8), password: $0) }
  }

  private static func address(
    _ arguments: Arguments, _ configuration: Configuration
  ) throws(ToolFailure) -> QuotaServerAddress {
    guard let word = arguments.value(of: server.name) else {
      guard let address = configuration.quotaServer.address else {
        throw ToolFailure(
          .failed, "quota_server is empty: give the server with --server, or set it in postern.cf")
      }
      return address
    }
    guard let address = QuotaServerAddress(word[...]) else {
      throw ToolFailure(
        .usage,
        "--server: '\(HelpText.shown(word))' is not unix:/path, inet:192.0.2.5:6379 or inet:[2001:db8::5]:6379"
      )
    }
    return address
  }

  /// Who can read it can do what the administrator can.
  private static func password(
    in file: [UInt8], isExpected: Bool, _ setup: Setup
  ) throws(ToolFailure) -> [UInt8]? {
    let shown = HelpText.shown(file)
    do throws(Errno) {
      let file = try FileDescriptor.open(path: file, options: [.readOnly, .nonBlocking])
      let status = try file.status()
      let isPrivate = status.isRegular && status.mode & 0o077 == 0
      guard isPrivate, status.ownerUID == setup.credentials.effectiveUserID else {
        throw Errno(number: 13, call: "open")
      }
      return ServerPassword.line(of: try file.readToEnd(limit: ServerPassword.fileBytes))
    } catch {
      if error.isNotFound, !isExpected { return nil }
      throw ToolFailure(
        .failed,
        error.isNotFound
          ? "\(shown) is missing: the password of the account \(accountName) there, in one line; install -m 600 /dev/stdin \(shown)"
          : "\(shown) must be a file of root's that nobody else can read: chown root \(shown) && chmod 600 \(shown)"
      )
    }
  }

  /// The server, for texts.
  var shown: String { HelpText.shown(address.written) }

  /// Connects.
  ///
  /// - Throws: `ToolFailure` that names the server and what to do.
  func connect() throws(ToolFailure) -> Engine {
    do throws(EngineFault) { return try Engine.connect(to: address, as: account) } catch {
      throw failure(error)
    }
  }

  /// What a fault comes to, for people.
  func failure(_ fault: EngineFault) -> ToolFailure {
    ToolFailure(.failed, "the quota server \(shown): \(fault.text)")
  }
}
