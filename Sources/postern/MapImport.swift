internal import LinuxSystem
internal import Policy
internal import Submission

/// `postern map import FILE`: takes over what a panel's database says.
enum MapImport {
  static let command = Command(
    group: "map", name: "import", operands: "FILE", operandCount: 1...1,
    flags: [
      .init(name: "--dry-run", summary: "print the senders that would be written, change nothing"),
      .init(
        name: "--allow-empty",
        summary: "accept input without a user, which removes every imported entry"),
    ],
    summary: "Take over users and addresses from a panel's database, and build",
    details: """
      FILE, or standard input for '-', has a line a user and address, separated by a tab: 'web12<TAB>@shop.example'. The
      entries are written into senders between two comment lines and replace those of the import before; what stands
      elsewhere in senders stays as it is, and a user who has an entry there keeps it. Then the map is built. One bad
      line, or no line at all, and nothing is changed. Recipes for panels: Install/panels.
      """,
    run: run)

  private static func run(_ arguments: Arguments) throws(ToolFailure) {
    let setup = try Setup.current()
    try setup.requireAdministrator(command.call)
    let imported = try read(arguments.operands[0])
    guard imported.userCount > 0 || arguments.has("--allow-empty") else {
      throw ToolFailure(
        .failed,
        "the input names no user; nothing was changed (--allow-empty removes all imported entries)")
    }
    let path = setup.directory.sendersFile
    let before = try SendersText.read(in: setup.directory)
    let (senders, leftOut) = try merge(imported, into: before.bytes, path)
    if arguments.has("--dry-run") {
      return try Tool.print(String(decoding: senders, as: UTF8.self))
    }
    for site in leftOut {
      let user = Diagnostics.shown(site.written)
      StandardError.write([UInt8]("\(user): the entry of its own in \(path) is kept\n".utf8))
    }
    let group = try setup.serviceAccount()?.groupID
    if senders != before.bytes { try IndexWriter.write(senders, to: path, groupID: group) }
    do { try MapBuild.build(setup) } catch {
      // The map of the gate is as it was; so must be what it is said to come from.
      if senders != before.bytes { try IndexWriter.write(before.bytes, to: path, groupID: group) }
      throw error
    }
  }

  private static func read(_ operand: [UInt8]) throws(ToolFailure) -> ImportedMap {
    let isStandardInput = operand == Array("-".utf8)
    let name = isStandardInput ? "standard input" : Diagnostics.shown(operand)
    let bytes: [UInt8]
    do {
      let limit = SendersFile.maximumBytes + 1
      bytes =
        isStandardInput
        ? try FileDescriptor.standardInput.readToEnd(limit: limit)
        : try FileDescriptor.open(path: operand, options: .followLinks).readToEnd(limit: limit)
    } catch {
      throw ToolFailure(error, "cannot read \(name)")
    }
    let (map, problems) = ImportedMap.parse(bytes, file: name)
    guard problems.isEmpty else {
      throw ToolFailure(problems: problems, "map import: nothing was changed")
    }
    return map
  }

  private static func merge(
    _ imported: ImportedMap, into senders: [UInt8], _ path: String
  ) throws(ToolFailure) -> (senders: [UInt8], leftOut: [SiteName]) {
    guard let outside = ImportedMap.outside(senders) else {
      throw ToolFailure(
        .failed,
        "\(path) holds only one of the two lines around imported entries; restore or remove it")
    }
    let (entries, problems) = SendersFile.parse(
      outside.before + [UInt8(ascii: "\n")] + outside.after, file: path)
    guard problems.isEmpty else {
      throw ToolFailure(problems: problems, "map import: nothing was changed")
    }
    guard let merged = imported.merged(into: senders, own: Set(entries.map(\.site))) else {
      throw ToolFailure(.failed, "\(path) cannot take imported entries")
    }
    return merged
  }
}
