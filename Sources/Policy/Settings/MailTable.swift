internal import InternetMessage

/// A table that lists mailboxes and aliases.
///
///     table = type ":" path / "command:" path
///     type  = "hash" / "btree" / "lmdb" / "cdb" / "dbm" / "sdbm" / "texthash"
package enum MailTable: Sendable, Equatable, Hashable {
  /// A table of Postfix that `postmap -s` can list, or a cdb.
  case postfix(type: String, path: [UInt8])
  /// A program that prints the table: an address first in every line.
  case command(path: [UInt8])

  /// The types that hold their keys one by one.
  ///
  /// A cdb is read by `ConstantDatabase`, since Postfix cannot list it. A database server, a
  /// regular expression or a network map cannot be listed by Postfix; a command can.
  package static let types = ["hash", "btree", "lmdb", "cdb", "dbm", "sdbm", "texthash"]

  /// Types that are one file of this name; the others are compiled into a file beside it.
  package static let plainTypes = ["texthash"]

  /// Reads a table as postern.cf and main.cf name it; a `proxy:` before it is passed over.
  ///
  /// - Parameter word: The word.
  package init?(_ word: ArraySlice<UInt8>) {
    let name = Octets.begins(word, with: "proxy:") ? word.dropFirst(6) : word
    guard let colon = name.firstIndex(of: Octets.colon),
      let path = Scalar.absolutePath(name[(colon + 1)...])
    else { return nil }
    let kind = name[..<colon]
    if Octets.matches(kind, "command") {
      self = .command(path: path)
    } else if let type = Self.types.first(where: { Octets.matches(kind, $0) }) {
      self = .postfix(type: type, path: path)
    } else {
      return nil
    }
  }

  /// The table as postern.cf names it.
  package var written: [UInt8] {
    switch self {
    case .postfix(let type, let path): Array("\(type):".utf8) + path
    case .command(let path): Array("command:".utf8) + path
    }
  }
}
