extension QuotaServerSettings {
  /// The login name of a user, where the same one is the same user on each web server.
  ///
  /// - Parameter entry: The user's line of the map.
  /// - Returns: The name; nil = login names are each machine's own, or the user has none.
  package func login(of entry: SenderEntry) -> [UInt8]? {
    guard scope == .all, case .login(let name)? = UserName(entry.user[...]) else { return nil }
    return name
  }

  /// What the quota of a user is called at the server.
  ///
  /// - Parameter entry: The user's line of the map.
  /// - Returns: The name of the quota, and the login name that may be suspended besides, empty
  ///   where there is none or it is the same. Nil = the server is not asked: there is none, or the
  ///   user has neither a group nor a login name of the fleet.
  package func names(of entry: SenderEntry) -> (quota: [UInt8], login: [UInt8])? {
    guard address != nil, !entry.isExempt else { return nil }
    let login = login(of: entry)
    if let group = entry.rules.quotaGroup { return (group.name, login ?? []) }
    return login.map { ($0, []) }
  }
}
