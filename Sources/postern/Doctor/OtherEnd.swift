internal import LinuxSystem

/// Which program has the other end of a connection on this machine, by the kernel's word.
struct OtherEnd {
  /// The program's path; it has the connection on descriptor 0, as inetd and systemd start it.
  let program: String
  /// Whose process it is: everybody may start the program.
  let userID: UInt32

  /// Whether the program serves the connection that comes from a port of this machine.
  ///
  /// - Parameter port: The client's port.
  /// - Returns: Whether there is such a process; only root may see it.
  func isConnected(to port: UInt16) -> Bool {
    guard let program = Machine.status(program) else { return false }
    let sockets = Machine.entries("/proc").compactMap(Int.init).compactMap { pid in
      runs(pid, program) ? Self.socket(of: pid) : nil
    }
    return Machine.socketTables().contains { table in
      Self.inodes(in: table, connectedTo: port).contains(where: sockets.contains)
    }
  }

  private func runs(_ pid: Int, _ program: FileStatus) -> Bool {
    guard let running = Machine.status("/proc/\(pid)/exe"), running.inode == program.inode,
      running.deviceNumber == program.deviceNumber, let status = Machine.text("/proc/\(pid)/status")
    else { return false }
    return Self.userID(in: status) == userID
  }

  /// The real one; see proc_pid_status(5).
  static func userID(in status: String) -> UInt32? {
    let line = Machine.lines(status).first { $0.hasPrefix("Uid:") }
    return line?.listWords.dropFirst().first.flatMap { UInt32($0) }
  }

  /// `socket:[1234]`, see proc_pid_fd(5).
  private static func socket(of pid: Int) -> Substring? {
    guard let target = try? FileSystem.target(ofLink: Array("/proc/\(pid)/fd/0".utf8)) else {
      return nil
    }
    let link = String(decoding: target, as: UTF8.self)
    guard link.hasPrefix("socket:["), link.hasSuffix("]") else { return nil }
    return link.dropFirst(8).dropLast()
  }

  private static let established = "01"

  /// Reads /proc/net/tcp (proc_net(5)) for the sockets whose peer has a port.
  ///
  ///     line = number ":" local remote state queues timer retransmits uid timeout inode …
  static func inodes(in table: String, connectedTo port: UInt16) -> [Substring] {
    Machine.lines(table).compactMap { line in
      let words = line.split(separator: " ")
      guard words.count > 9, words[3] == established,
        let (_, remotePort) = String(words[2]).divided(at: ":"),
        UInt16(remotePort, radix: 16) == port
      else { return nil }
      return words[9]
    }
  }
}
