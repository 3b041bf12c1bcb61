internal import LinuxSystem
internal import Policy
internal import Submission

/// Reads the tables that `mailboxes:DOMAIN` is about.
struct MailboxTables {
  /// The tables, in the order in which they are named.
  let tables: [MailTable]

  private static let postmap = "/usr/sbin/postmap"

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
      throw ToolFailure(.failed, "\(Diagnostics.shown(file)) is no cdb, or is damaged")
    }
    return keys
  }

  private static func list(
    _ table: MailTable, _ directory: ConfigurationDirectory
  ) throws(ToolFailure) -> [UInt8] {
    let name = Diagnostics.shown(table.written)
    let program: [UInt8]
    var arguments: [[UInt8]] = []
    switch table {
    case .postfix:
      program = Array(postmap.utf8)
      arguments = [Array("-s".utf8), table.written]
    case .command(let path):
      // It runs as root, so nobody else may be able to write it.
      do { try directory.openTrusted(String(decoding: path, as: UTF8.self)).close() } catch {
        if let fault = error as? InstallationFault { throw ToolFailure(fault) }
        throw ToolFailure(.failed, "\(name) cannot be read")
      }
      try requireSafeWay(to: path, directory)
      program = path
    }
    let capture: Execution.Capture
    do {
      capture = try Execution.capture(
        program, arguments: [program] + arguments, environment: PostfixSettings.environment,
        maximumBytes: MailboxDirectory.listingBytes)
    } catch {
      throw ToolFailure(error, "cannot list \(name)")
    }
    guard capture.reason == .exited(0) else {
      throw ToolFailure(.failed, "\(name) cannot be listed (see the line above)")
    }
    return capture.output
  }

  /// Who can rename a directory above a program can put another program in its place.
  private static func requireSafeWay(
    to program: [UInt8], _ directory: ConfigurationDirectory
  ) throws(ToolFailure) {
    let path = String(decoding: program, as: UTF8.self)
    guard !directory.isTrial, let step = FileGuard.openAncestors(of: path).first else { return }
    throw ToolFailure(
      .failed,
      "command:\(Diagnostics.shown(program)) is not run as root: others can replace it (\(step.evidence)); "
        + "\(FileGuard.remedy([step]))")
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
