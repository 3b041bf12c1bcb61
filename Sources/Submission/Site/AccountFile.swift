internal import InternetMessage
internal import LinuxSystem

/// /etc/passwd, read without the name service: only for users whose name the map does not know.
enum AccountFile {
  private static let path = "/etc/passwd"
  private static let maximumBytes = 16 << 20

  /// Finds the account of a UID.
  ///
  /// - Parameter uid: The UID.
  /// - Returns: The first account with that UID, as passwd(5) has it; nil = none.
  static func account(of uid: UInt32) -> Account? {
    guard let file = try? FileDescriptor.open(path: path, options: .followLinks),
      let bytes = try? file.readToEnd(limit: maximumBytes)
    else { return nil }
    let wanted = [UInt8]("\(uid)".utf8)
    var rest = bytes[...]
    while !rest.isEmpty {
      let line = rest.prefix { $0 != Octets.lineFeed }
      rest = rest[line.endIndex...].dropFirst()
      let columns = line.split(separator: Octets.colon, omittingEmptySubsequences: false)
      if columns.count >= 3, columns[2].elementsEqual(wanted), !columns[0].isEmpty {
        let name = [UInt8](columns[0])
        let gecos = columns.count >= 5 ? [UInt8](columns[4]) : []
        return Account(
          name: name, userID: uid, groupID: 0,
          fullName: Account.fullName(gecos: gecos, login: name))
      }
    }
    return nil
  }
}
