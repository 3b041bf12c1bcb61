internal import LinuxSystem
internal import Policy
internal import Submission

/// How `postern set` puts postern.cf and senders.db in place: the steps, and what undoes them.
///
/// Two files cannot be renamed in one step, so a kill between the two leaves traces that the next
/// run reads:
///
///     step                                         killed after it, `recover` finds and does
///     1  postern.cf.new is written                 nothing changed: removes it
///     2  senders.db.new is written                 likewise
///     3  postern.cf is also postern.cf.before      likewise
///     4  postern.cf.new becomes postern.cf         not in force: puts postern.cf.before back
///     5  senders.db.new becomes senders.db         in force: removes postern.cf.before
///
/// So new settings are never in force without postern.cf saying so. Whoever has edited postern.cf
/// after step 4 keeps that: it is put back only while it is the very file that senders.db.new was
/// made from.
struct PendingFiles {
  private let settings: String
  private let index: String

  /// The files in a configuration directory.
  init(settings: String, index: String) {
    self.settings = settings
    self.index = index
  }

  /// The files of an installation.
  init(_ directory: ConfigurationDirectory) {
    self.init(settings: directory.configurationFile, index: directory.senderIndexFile)
  }

  /// What postern.cf was, while it is being replaced.
  var before: String { settings + ".before" }
  /// What postern.cf is to become.
  var newSettings: String { settings + ".new" }
  private var newIndex: String { index + ".new" }

  // MARK: The steps

  /// Step 1; returns the stamp that the file will keep.
  func writeSettings(_ bytes: [UInt8], like old: FileStatus) throws(Errno) -> FileStamp {
    try IndexWriter.create(newSettings, bytes, nil, old.mode & 0o777)
    let file = try FileDescriptor.open(path: newSettings)
    let own = try file.status()
    if own.ownerUID != old.ownerUID || own.groupGID != old.groupGID {
      try file.setOwner(userID: old.ownerUID, groupID: old.groupGID)
    }
    return FileStamp(own)
  }

  /// Step 2.
  func writeIndex(_ bytes: [UInt8], groupID: UInt32?) throws(Errno) {
    try IndexWriter.create(newIndex, bytes, groupID, 0o640)
  }

  /// Step 3.
  func keepSettings() throws(Errno) {
    try FileSystem.link(Array(settings.utf8), to: Array(before.utf8))
  }

  /// Step 4.
  func placeSettings() throws(Errno) { try IndexWriter.rename(newSettings, to: settings) }

  /// Step 5.
  func placeIndex() throws(Errno) { try IndexWriter.rename(newIndex, to: index) }

  /// Takes the last three steps, or none.
  func commit() throws(Errno) {
    try keepSettings()
    do { try placeSettings() } catch {
      forgetSettings()
      throw error
    }
    do { try placeIndex() } catch {
      // Should this fail as well, postern.cf.before stays for the next run.
      try restoreSettings()
      throw error
    }
    forgetSettings()
  }

  // MARK: Their undoing

  /// Whether a `postern set` did not come to its end.
  var isInterrupted: Bool { Machine.exists(before) }

  /// Undoes or finishes what a `postern set` that was killed has left; the caller holds the lock.
  ///
  /// - Parameter setup: The installation.
  /// - Throws: `ToolFailure`.
  static func recover(in setup: Setup) throws(ToolFailure) {
    let files = PendingFiles(setup.directory)
    do throws(Errno) {
      guard try files.recover() else { return }
    } catch {
      throw ToolFailure(error, "cannot undo an interrupted 'postern set'")
    }
    Output.complain(["\(files.settings): an interrupted 'postern set' was undone"])
  }

  /// Does so; returns whether postern.cf was put back.
  func recover() throws(Errno) -> Bool {
    guard isInterrupted, let now = try? FileStamp(fileStatus(settings, followingLinks: false)),
      now != Self.source(of: index), now == Self.source(of: newIndex)
    else {
      forgetSettings()
      removeNew()
      return false
    }
    try restoreSettings()
    removeNew()
    return true
  }

  private func restoreSettings() throws(Errno) { try IndexWriter.rename(before, to: settings) }

  private func forgetSettings() { try? FileSystem.unlink(Array(before.utf8)) }

  /// Removes what was written and not placed.
  func removeNew() {
    for path in [newSettings, newIndex] { try? FileSystem.unlink(Array(path.utf8)) }
  }

  /// The stamp of the postern.cf that a senders.db was made from.
  private static func source(of path: String) -> FileStamp? {
    guard let file = try? FileDescriptor.open(path: path), let size = try? file.status().size,
      let index = try? SenderIndex.open(
        size: size,
        readAt: { offset, count throws(Errno) in
          try file.pread(offset: offset, count: count)
        })
    else { return nil }
    return index.header.source.settings
  }
}
