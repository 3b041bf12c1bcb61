internal import LinuxSystem

/// /etc/passwd, read without the name service: only for `mode = audit`, and only where the map knows no name.
enum AccountFile {
  private static let path = "/etc/passwd"
  private static let maximumBytes = 16 << 20

  /// Finds the login name of a UID.
  ///
  /// - Parameter uid: The UID.
  /// - Returns: The first name with that UID, as passwd(5) has it; nil if there is none.
  static func login(of uid: UInt32) -> [UInt8]? {
    guard let file = try? FileDescriptor.open(path: path, options: .followLinks),
      let bytes = try? file.readToEnd(limit: maximumBytes)
    else { return nil }
    let wanted = [UInt8]("\(uid)".utf8)
    for line in bytes.split(separator: Byte.lineFeed) {
      let columns = line.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
      if columns.count >= 3, columns[2].elementsEqual(wanted), !columns[0].isEmpty {
        return [UInt8](columns[0])
      }
    }
    return nil
  }
}
