internal import LinuxSystem
internal import Policy

/// The administrator's own program for notices: a web hook, a ticket, a message to a phone.
///
/// Nothing depends on it, and nothing waits for it: a process that watches it ends it after a while
/// and logs what went wrong.
struct NoticeCommand: Sendable {
  /// Its file.
  let path: [UInt8]

  /// How long it may take, in seconds; then it and everything that it has started is ended.
  private static let secondsToLive: UInt32 = 30

  /// Prepares it.
  ///
  /// - Parameter path: `notify_command`.
  init(_ path: [UInt8]) { self.path = path }

  /// Starts it, as the account postern, without arguments, in `/`.
  ///
  /// - Parameters:
  ///   - text: Its standard input.
  ///   - facility: Where a failure is logged.
  func launch(_ text: [UInt8], _ facility: SyslogFacility) {
    let command = self
    do throws(Errno) {
      let input = try FileDescriptor.memfd(name: "notice")
      try input.writeAll(text)
      try input.seek(to: 0)
      guard try isTrusted() else {
        return command.log("it is not root's, or others can write to it", facility)
      }
      try Execution.launchWatched(
        path, arguments: [path], environment: Self.environment, standardInput: input,
        secondsToLive: Self.secondsToLive
      ) { result in
        if let fault = Self.fault(result) { command.log(fault, facility) }
      }
    } catch {
      log("\(error.call): \(error.text)", facility)
    }
  }

  private static let environment = [
    [UInt8]("PATH=/usr/sbin:/usr/bin:/sbin:/bin".utf8), [UInt8]("LANG=C".utf8),
  ]

  private func isTrusted() throws(Errno) -> Bool {
    let status = try fileStatus(path, followingLinks: true)
    return status.ownerUID == 0 && status.isRegular && status.mode & 0o022 == 0
  }

  private static func fault(_ result: Result<Execution.ExitReason?, Errno>) -> String? {
    switch result {
    case .success(.exited(0)?): nil
    case .success(.exited(let status)): "it ended with status \(status)"
    case .success(nil): "it was ended after \(secondsToLive) seconds"
    case .success(.signaled(let signal)): "signal \(signal) ended it"
    case .success(.declined): "it was not started"
    case .failure(let error): "\(error.call): \(error.text)"
    }
  }

  /// The line that tells of a failure.
  ///
  ///     event = "event=notify-failed" SP "command=" path SP "text=" text
  private func log(_ fault: String, _ facility: SyslogFacility) {
    var line: [UInt8] = []
    line.append(key: EventKey.event)
    line.append("notify-failed")
    line.append(key: EventKey.command, value: path)
    line.append(key: EventKey.text, value: [UInt8](fault.utf8))
    SystemLog.send(line, facility: facility.number, severity: .error, identifier: "postern")
  }
}
