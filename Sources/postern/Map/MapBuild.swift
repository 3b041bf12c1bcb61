internal import LinuxSystem
internal import Policy
internal import Submission

/// `postern map build`: compiles postern.cf and senders into senders.db.
enum MapBuild {
  static let command = Command(
    group: "map", name: "build", operands: "", operandCount: 0...0,
    flags: [
      .init(
        name: "--beside",
        summary: "write senders.db.N, N being its format, and keep senders.db: for upgrades")
    ],
    summary: "Check postern.cf and senders, and put both in force",
    details: """
      Compiles both files into senders.db, the only file that the drop-in sendmail opens. Every problem is printed as
      'file:line: text'; if there is any, the old senders.db stays in use. The new file replaces the old one in one step;
      mail is accepted while this command runs. Login names are looked up now; the drop-in never asks a name service. A
      message_size_limit above Postfix's own becomes that one.
      """,
    run: run)

  private static func run(_ arguments: Arguments) throws(ToolFailure) {
    let setup = try Setup.current()
    try setup.requireAdministrator(command.call)
    let lock = try setup.lockConfiguration()
    try build(setup, beside: arguments.has("--beside"))
    lock.release()
  }

  /// Compiles both files as they are; the caller holds the lock of the configuration.
  ///
  /// - Parameters:
  ///   - setup: The installation.
  ///   - beside: Whether senders.db stays, and the new file gets the name that an upgrade needs.
  ///   - isQuiet: Whether success is told to nobody, nor what was told when senders became as it
  ///     is.
  /// - Throws: `ToolFailure`; senders.db is as it was then.
  static func build(
    _ setup: Setup, beside: Bool = false, isQuiet: Bool = false
  ) throws(ToolFailure) {
    try PendingFiles.recover(in: setup)
    var compilation = try Compilation(setup)
    let bytes = try compilation.bytes(orElse: "senders.db was not changed")
    let group = try setup.serviceAccount()?.groupID
    let directory = setup.directory
    let path = beside ? directory.secondSenderIndexFile : directory.senderIndexFile
    try IndexWriter.write(bytes, to: path, groupID: group)
    if !beside { SecondIndex.remove(from: directory) }
    if !isQuiet { try report(compilation, bytes, path) }
  }

  /// Tells what was built.
  static func report(
    _ compilation: Compilation, _ bytes: [UInt8], _ path: String
  ) throws(ToolFailure) {
    if !compilation.gone.isEmpty { Output.complain([warning(gone: compilation.gone)]) }
    let (sites, addresses) = (compilation.siteCount, compilation.addressCount)
    try Output.write(
      "\(path): \(sites) \(sites == 1 ? "site" : "sites"), "
        + "\(addresses) \(addresses == 1 ? "address" : "addresses"), \(bytes.count) bytes\n"
        + gaps(compilation))
  }

  /// What entries lack that their sites may need.
  private static func gaps(_ compilation: Compilation) -> String {
    var lines = ""
    switch compilation.withoutAddress {
    case 0: break
    case 1: lines += "1 site has no address: all its mail is refused\n"
    case let count: lines += "\(count) sites have no address: all their mail is refused\n"
    }
    switch compilation.withoutDefault {
    case 0: break
    case 1: lines += "1 site has no default address: its mail without -f needs an allowed From:\n"
    case let count:
      lines +=
        "\(count) sites have no default address: their mail without -f needs an allowed From:\n"
    }
    return lines
  }

  /// Says that imported users have no account.
  static func warning(gone: [UserName]) -> String {
    let names = gone.prefix(10).map { Diagnostics.shown($0.written) }.joined(separator: " ")
    let noun = gone.count == 1 ? "account that is" : "accounts that are"
    return "warning: \(gone.count) imported \(noun) gone: \(names)\(gone.count > 10 ? " …" : "")"
  }
}
