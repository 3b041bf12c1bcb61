extension Configuration {
  /// A digest of the settings that `postern map build` resolves into senders.db.
  ///
  /// These are `exempt_users`, `unlisted_users` and `default_domain`, as postern.cf has them. It differs
  /// from the one in senders.db's header if the map must be built anew.
  package var settingsDigest: UInt64 {
    var bytes: [UInt8] = []
    for user in exemptUsers {
      bytes += user.written
      bytes.append(ASCII.lineFeed)
    }
    bytes.append(unlistedUsers == .login ? 1 : 0)
    bytes += defaultDomain ?? []
    return Checksum.fnv1a(bytes)
  }
}
