internal import LinuxSystem

/// The directory that holds this program, `PREFIX/lib/postern`, and its two neighbours.
///
/// The prefix is chosen when Postern is installed, so no path can be compiled in; nothing that the caller says (argv,
/// environment) may name one. The kernel knows which file it has started.
struct Home {
  /// The set-uid drop-in.
  let gate: [UInt8]
  /// The link to the program that was diverted.
  let realSendmail: [UInt8]

  private static let ownProgram = Array("/proc/self/exe".utf8)

  /// Finds the directory.
  ///
  /// - Throws: `DispatchError`, where /proc is not mounted.
  init() throws(DispatchError) {
    let program: [UInt8]
    do { program = try FileSystem.target(ofLink: Self.ownProgram) } catch {
      throw .unknownPlace(error)
    }
    let directory = FileSystem.directory(of: program)
    gate = directory + Array("/sendmail".utf8)
    realSendmail = directory + Array("/real-sendmail".utf8)
  }

  /// Returns the account that the gate belongs to, postern's.
  ///
  /// - Throws: `DispatchError`, if there is no gate.
  func ownerOfGate() throws(DispatchError) -> UInt32 {
    try status(gate).ownerUID
  }

  /// Makes sure that root executes a file that only root can have written, and not this program again.
  ///
  /// - Throws: `DispatchError`.
  func requireTrustedRealSendmail() throws(DispatchError) {
    let real = try status(realSendmail)
    guard real.ownerUID == 0, real.isRegular, !real.isWritableByOthers else {
      throw .untrusted(path: realSendmail)
    }
    let own = try status(Self.ownProgram)
    guard real.inode != own.inode || real.deviceNumber != own.deviceNumber else {
      throw .circle(path: realSendmail)
    }
  }

  private func status(_ path: [UInt8]) throws(DispatchError) -> FileStatus {
    do { return try fileStatus(path, followingLinks: true) } catch {
      throw .unusable(path: path, error)
    }
  }
}
