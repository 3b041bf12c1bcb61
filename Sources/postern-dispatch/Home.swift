internal import LinuxSystem

/// The directory that holds this program, `PREFIX/lib/postern`, and its two neighbours.
///
/// The prefix is chosen when Postern is installed, so no path can be compiled in; nothing that the
/// caller says (argv, environment) may name one. The kernel knows which file it has started.
struct Home {
  /// The drop-in.
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

  /// Tells whether a process is the gate, handing over.
  ///
  /// It has the gate's owner as real user or, where the gate is root's (SecureStart's Account.h),
  /// the gate's group as real group. Who else has that group meets Postfix's own refusal.
  ///
  /// - Parameter caller: The IDs of the process.
  /// - Returns: Whether it is.
  /// - Throws: `DispatchError`, if there is no gate.
  func isGate(_ caller: Credentials) throws(DispatchError) -> Bool {
    let gate = try status(gate)
    return gate.ownerUID == 0
      ? gate.groupGID == caller.realGroupID : gate.ownerUID == caller.realUserID
  }

  /// Makes sure that root executes a file that only root can have written, and not this program
  /// again.
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
