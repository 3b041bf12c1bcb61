internal import LinuxSystem

/// Where a pool of php-fpm takes requests: whoever can write there runs any script as the pool's
/// user.
struct PoolListener: Equatable {
  let pool: String
  let file: String
  /// The line of `listen`.
  let line: Int
  /// The account of the pool's processes; empty if it is not said.
  let user: String
  /// A path, or a TCP port with or without an address.
  let listen: String
  /// `listen.owner`, `listen.group` and `listen.mode`; nil = not said.
  var owner: String?
  var group: String?
  var mode: UInt32?

  var isSocketFile: Bool { listen.hasPrefix("/") }

  /// As evidence shows it.
  var evidence: String { "\(file):\(line): listen = \(listen), user = \(user)" }

  /// Reads a pool file; see `PHPSettings.pools`.
  static func parse(_ text: String, file: String) -> [PoolListener] {
    var pools: [(name: String, values: [String: (value: String, line: Int)])] = []
    for (index, line) in Machine.lines(text).enumerated() {
      let line = line.trimmed
      if line.hasPrefix("[") {
        pools.append((String(line.dropFirst().prefix { $0 != "]" }), [:]))
      } else if !line.hasPrefix(";"), let (key, value) = line.divided(at: "="), !pools.isEmpty {
        let plain = value.prefix { $0 != ";" }.trimmingQuotes
        pools[pools.count - 1].values[key.trimmed] = (plain, index + 1)
      }
    }
    return pools.compactMap { pool in
      guard let listen = pool.values["listen"] else { return nil }
      return PoolListener(
        pool: pool.name, file: file, line: listen.line,
        user: pool.values["user"]?.value ?? "",
        listen: listen.value.replacing("$pool", with: pool.name),
        owner: pool.values["listen.owner"]?.value, group: pool.values["listen.group"]?.value,
        mode: pool.values["listen.mode"].flatMap { UInt32($0.value, radix: 8) })
    }
  }

  /// What is known of the users of the machine.
  struct Sites {
    /// Login names and UIDs of the sites.
    let users: [String: UInt32]
    /// The group that each of them has for itself.
    let groups: Set<UInt32>
  }

  /// Judges a pool.
  ///
  /// - Parameters:
  ///   - status: The socket as it is, if it is there.
  ///   - sites: The sites.
  /// - Returns: That others than the pool's own user can run scripts as it.
  func finding(_ status: FileStatus?, _ sites: Sites) -> Finding? {
    let reason: String
    if !isSocketFile {
      reason = "every local user can connect to its port"
    } else if isOpenToAll(status) {
      reason = "every local user may write to its socket"
    } else if let other = otherSite(status, sites) {
      reason = "\(other) may write to its socket"
    } else {
      return nil
    }
    let seen =
      status.map { ["\(FileGuard.step(listen, $0).evidence), group GID \($0.groupGID)"] } ?? []
    return Finding(
      .poolReachable,
      "the pool \(pool) runs other sites' scripts as \(user.isEmpty ? "its user" : user): \(reason)",
      evidence: [evidence] + seen,
      remedy:
        "in \(file): listen = /run/php/\(pool).sock, listen.owner = www-data, listen.mode = 0600; "
        + "then reload php-fpm and the web server")
  }

  private func isOpenToAll(_ status: FileStatus?) -> Bool {
    if let status { return status.mode & 0o002 != 0 }
    return (mode ?? 0o660) & 0o002 != 0
  }

  /// The name of another site that owns the socket, or whose own group does.
  private func otherSite(_ status: FileStatus?, _ sites: Sites) -> String? {
    let own = sites.users[user]
    if let status {
      let byOwner = sites.users.first { $0.value == status.ownerUID && $0.value != own }
      if let byOwner { return byOwner.key }
      let isGroups = status.mode & 0o020 != 0 && sites.groups.contains(status.groupGID)
      return isGroups && status.groupGID != own ? "the group with GID \(status.groupGID)" : nil
    }
    if let owner, owner != user, sites.users[owner] != nil { return owner }
    if let group, group != user, sites.users[group] != nil, (mode ?? 0o660) & 0o020 != 0 {
      return group
    }
    return nil
  }
}

extension Substring {
  /// Without white space and quotes around it.
  fileprivate var trimmingQuotes: String {
    String(
      String(self).trimmed.drop { $0 == "\"" || $0 == "'" }.reversed()
        .drop { $0 == "\"" || $0 == "'" }.reversed())
  }
}
