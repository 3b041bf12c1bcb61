internal import Glibc
// For fork(2), as in Spawn.swift.
internal import SwiftGlibc

extension Execution {
  /// Starts a program that nobody waits for but a process of its own, which ends it in time and
  /// tells how it ended.
  ///
  /// Both are in a session of their own, in `/`, out of the caller's reach, as the effective user,
  /// without output. What the program leaves behind in that session is ended with it.
  ///
  /// - Parameters:
  ///   - path: The program.
  ///   - arguments: Its arguments, the program's name first, each without NUL.
  ///   - environment: Its whole environment, `NAME=value` each.
  ///   - standardInput: Its standard input, read from where its position is.
  ///   - secondsToLive: When it is ended at the latest.
  ///   - report: Called in the process that watches, once, with how the program ended, nil where
  ///     its time was over, or why it could not be started.
  /// - Throws: `Errno` if that process could not be started.
  ///
  /// The corresponding C functions are `fork`, `execve` and `waitpid`.
  package static func launchWatched(
    _ path: [UInt8], arguments: [[UInt8]], environment: [[UInt8]],
    standardInput: borrowing FileDescriptor, secondsToLive: UInt32,
    report: (Result<ExitReason?, Errno>) -> Void
  ) throws(Errno) {
    guard try check("fork", { SwiftGlibc.fork() }) == 0 else { return }
    var result: Result<ExitReason?, Errno>
    do throws(Errno) {
      try withdraw(standardInput, secondsToLive: secondsToLive)
      // It stays in this process's group.
      let start = try spawn(
        path, arguments: arguments, environment: environment, Preparation(redirections: []))
      result = .success(try end(of: start, within: secondsToLive))
    } catch {
      result = .failure(error)
    }
    report(result)
    // This process is one of the group; without a session of its own that would be the caller's.
    if getpgrp() == getpid() { kill(0, SIGKILL) }
    _exit(0)
  }

  /// Waits for a child for a while; nil = it runs on.
  private static func end(of start: Start, within seconds: UInt32) throws(Errno) -> ExitReason? {
    guard case .running(let child) = start else { return try end(of: start) }
    for _ in 0..<Int(seconds) * 1_000 / pauseMilliseconds {
      if let end = try endIfReached(of: child) { return end }
      Clock.pause(milliseconds: pauseMilliseconds)
    }
    return nil
  }

  private static let pauseMilliseconds = 50

  /// In the process that watches: leaves everything behind that belongs to whoever started it.
  ///
  /// It must not hold locks or pipes of others for as long as the program takes.
  private static func withdraw(
    _ input: borrowing FileDescriptor, secondsToLive: UInt32
  ) throws(Errno) {
    try check("setsid") { setsid() }
    try ProcessState.setDefaultSignals()
    let null = try FileDescriptor.open(path: "/dev/null", options: .readWrite)
    try check("dup2") { dup2(input.rawValue, 0) }
    try check("dup2") { dup2(null.rawValue, 1) }
    try check("dup2") { dup2(null.rawValue, 2) }
    try ProcessState.closeOtherDescriptors()
    // SAFETY: a constant C string.
    try check("chdir") { unsafe chdir("/") }
    try ProcessState.leaveCaller()
    try Credentials.becomeAccount()
    // Longer than the program has: it is this process that tells of it.
    try ProcessState.endAfter(seconds: secondsToLive + secondsToTell)
  }

  /// How long the watching process outlives the program's time, in seconds.
  private static let secondsToTell: UInt32 = 10
}
