internal import LinuxSystem
internal import Policy
internal import Submission

/// `postern set`: changes postern.cf and puts it in force, or changes nothing.
enum SetCommand {
  static let command = Command(
    group: "set", name: "", operands: "[NAME=VALUE...]", operandCount: 0...Int.max,
    flags: [
      Command.Flag(
        name: "--unset", value: "NAME", isRepeatable: true,
        summary: "take NAME out of postern.cf, so that its default holds")
    ],
    summary: "Change settings in postern.cf and put them in force",
    details: """
      A name that postern.cf sets is changed where it stands; another one is added after the comment line that shows it, or
      at the end. Comments and all other lines stay as they are. Then both files are checked as a whole and compiled. On any
      error, and when it is killed, nothing is changed. Exits 1 then.
      Example: postern set mode=enforce messages_per_hour=50
      """,
    run: run)

  private static func run(_ arguments: Arguments) throws(ToolFailure) {
    let setup = try Setup.current()
    try setup.requireAdministrator(command.call)
    let changes = try changes(arguments)
    let lock = try setup.lockConfiguration()
    try PendingFiles.recover(in: setup)
    let old = try? setup.readMap()
    let settings = try SourceText.settings(in: setup.directory)
    var edit = ConfigurationEdit(settings.bytes)
    for (name, value) in changes {
      if let value { edit.set(name, to: value) } else { edit.unset(name) }
    }
    let (compilation, bytes) = try place(edit.text, setup)
    if let old {
      for change in Differences(old, compilation.builder).settings {
        try Output.write("\(change.name) = \(change.built) (was '\(change.inForce)')\n")
      }
    }
    try MapBuild.report(compilation, bytes, setup.directory.senderIndexFile)
    lock.release()
  }

  /// What is to change: a value, or nil for what is to be unset.
  private static func changes(
    _ arguments: Arguments
  ) throws(ToolFailure) -> [(String, [UInt8]?)] {
    var changes: [(String, [UInt8]?)] = []
    for word in arguments.operands {
      guard let equals = word.firstIndex(of: UInt8(ascii: "=")) else {
        throw ToolFailure(.usage, "'\(HelpText.shown(word))' is not NAME=VALUE")
      }
      let value = Array(word[(equals + 1)...])
      guard !value.contains(UInt8(ascii: "\n")) else {
        throw ToolFailure(.failed, "a value is one line; nothing was changed")
      }
      // As with postconf -e, blanks around "=" are not part of the value.
      let name = SettingName.trimmed(word[..<equals])
      changes.append((try SettingName.find(name).name, SettingName.trimmed(value[...])))
    }
    for name in arguments.values(of: "--unset") {
      changes.append((try SettingName.find(name).name, nil))
    }
    guard !changes.isEmpty else {
      throw ToolFailure(.usage, "nothing to set; usage: \(command.synopsis)")
    }
    for (index, change) in changes.enumerated()
    where changes[..<index].contains(where: { $0.0 == change.0 }) {
      throw ToolFailure(.usage, "\(change.0) is named twice")
    }
    return changes
  }

  /// Puts a new postern.cf and what is compiled from it in place.
  private static func place(
    _ text: [UInt8], _ setup: Setup
  ) throws(ToolFailure) -> (Compilation, [UInt8]) {
    let files = PendingFiles(setup.directory)
    let path = setup.directory.configurationFile
    let group = try setup.serviceAccount()?.groupID
    do throws(ToolFailure) {
      let old: FileStatus
      do { old = try fileStatus(path, followingLinks: false) } catch {
        throw failure(error, path)
      }
      guard old.isRegular else {
        throw ToolFailure(
          .failed, "\(path) is a symbolic link, or not a file; change what it names")
      }
      let stamp: FileStamp
      do { stamp = try files.writeSettings(text, like: old) } catch {
        throw failure(error, path)
      }
      var compilation = try Compilation(setup, settings: SourceText(bytes: text, stamp: stamp))
      let bytes = try compilation.bytes(orElse: "nothing was changed")
      do throws(Errno) {
        try files.writeIndex(bytes, groupID: group)
        try files.commit()
      } catch {
        throw failure(error, path)
      }
      SecondIndex.remove(from: setup.directory)
      return (compilation, bytes)
    } catch {
      files.removeNew()
      throw error
    }
  }

  private static func failure(_ error: Errno, _ path: String) -> ToolFailure {
    ToolFailure(error, "cannot replace \(path), nothing was changed")
  }
}
