extension QuotaServerSettings {
  /// What the quota of a user is called at the server.
  ///
  /// - Parameter entry: The user's line of the map.
  /// - Returns: The name of the quota, and the login name that may be suspended besides, empty
  ///   where there is none or it is the same. Nil = the server is not asked: there is none, or the
  ///   user has neither a group nor, where login names are the same fleet-wide, one of those.
  package func names(of entry: SenderEntry) -> (quota: [UInt8], login: [UInt8])? {
    guard address != nil, !entry.isExempt else { return nil }
    var login: [UInt8] = []
    if scope == .all, case .login(let name)? = UserName(entry.user[...]) { login = name }
    if let group = entry.rules.quotaGroup { return (group.name, login) }
    return login.isEmpty ? nil : (login, [])
  }
}
