internal import LinuxSystem
internal import Policy
internal import Submission

/// Reads the tables that `mailboxes:DOMAIN` is about.
struct MailboxTables {
  /// The tables, in the order in which they are named.
  let tables: [MailTable]

  /// Finds the tables: those of `mailbox_tables`, else Postfix's own.
  ///
  /// - Parameter configuration: postern.cf.
  /// - Throws: `ToolFailure`, if Postfix names a table that cannot be listed.
  init(_ configuration: Configuration) throws(ToolFailure) {
    guard configuration.mailboxTables.isEmpty else {
      tables = configuration.mailboxTables
      return
    }
    var tables: [MailTable] = []
    for name in ["virtual_mailbox_maps", "virtual_alias_maps"] {
      for word in PostfixSettings.list(name) {
        guard let table = MailTable(word[...]) else {
          throw ToolFailure(
            .failed,
            "Postfix's \(name) names \(Diagnostics.shown(word)), which cannot be listed; set mailbox_tables in "
              + "postern.cf, for example to command:/usr/local/sbin/list-mailboxes")
        }
        tables.append(table)
      }
    }
    self.tables = tables
  }

  /// Lists all tables.
  ///
  /// - Parameter directory: Says which programs are to be trusted.
  /// - Returns: What they hold.
  /// - Throws: `ToolFailure`: a table that cannot be read is not taken for an empty one.
  func read(in directory: ConfigurationDirectory) throws(ToolFailure) -> MailboxDirectory {
    var mailboxes = MailboxDirectory(localDomains: PostfixSettings.localDomains())
    for table in tables {
      if case .postfix(Self.constantDatabase, let path) = table {
        for key in try Self.keys(path) { mailboxes.add(key: key) }
      } else {
        mailboxes.add(listing: try Self.list(table, directory))
      }
    }
    return mailboxes
  }

  private static let constantDatabase = "cdb"

  /// Reads a cdb; `postmap -s` refuses it ("sequence operation is not supported").
  private static func keys(_ path: [UInt8]) throws(ToolFailure) -> [ArraySlice<UInt8>] {
    let file = path + Array(suffix(of: constantDatabase).utf8)
    let bytes: [UInt8]
    do {
      bytes = try FileDescriptor.open(path: file, options: .followLinks)
        .readToEnd(limit: MailboxDirectory.listingBytes)
    } catch {
      throw ToolFailure(error, "cannot read \(Diagnostics.shown(file))")
    }
    guard let keys = ConstantDatabase.keys(bytes) else {
      throw ToolFailure(.failed, "\(Diagnostics.shown(file)) is not a cdb file, or is damaged")
    }
    return keys
  }

  private static func list(
    _ table: MailTable, _ directory: ConfigurationDirectory
  ) throws(ToolFailure) -> [UInt8] {
    let name = Diagnostics.shown(table.written)
    let words =
      switch table {
      case .postfix: [Array("postmap".utf8), Array("-s".utf8), table.written]
      case .command(let path): [path]
      }
    let capture: Execution.Capture
    do throws(Child.Failure) {
      capture = try Child.run(words, bytes: MailboxDirectory.listingBytes)
    } catch {
      if case .open(let step) = error {
        throw ToolFailure(.failed, "\(name) \(error.text); \(FileGuard.remedy([step]))")
      }
      throw ToolFailure(.failed, "\(name): \(error.text)")
    }
    guard capture.reason == .exited(0) else {
      let said = capture.errors.isEmpty ? "" : ": \(Diagnostics.shown(capture.errors, limit: 400))"
      throw ToolFailure(.failed, "\(name) cannot be listed\(said)")
    }
    return capture.output
  }

  /// The files whose change calls for a new map, as Postfix reads them.
  var files: [[UInt8]] {
    tables.flatMap { table -> [[UInt8]] in
      switch table {
      case .command: []
      case .postfix(let type, let path):
        MailTable.plainTypes.contains(type) ? [path] : [path + Array(Self.suffix(of: type).utf8)]
      }
    }
  }

  private static func suffix(of type: String) -> String {
    switch type {
    case "hash", "btree": ".db"
    case "dbm", "sdbm": ".pag"
    default: "." + type
    }
  }
}
