import Glibc
import Testing

@testable import LinuxSystem

private func words(_ text: String) -> [[UInt8]] {
  text.split(separator: " ").map { Array($0.utf8) }
}

private func shell(_ script: String) -> [[UInt8]] {
  ["sh", "-c", script].map { Array($0.utf8) }
}

private let sh = Array("/bin/sh".utf8)

@Suite("Other programs", .serialized)
struct ProcessTests {
  @Test func `the end of a program is told as it was`() throws {
    for (script, reason) in [
      ("exit 0", Execution.ExitReason.exited(0)), ("exit 75", .exited(75)),
      ("exit 255", .exited(255)), ("kill -KILL $$", .signaled(SIGKILL)),
      ("kill -PIPE $$", .signaled(SIGPIPE)),
    ] {
      #expect(
        try Execution.spawnAndWait(
          sh, arguments: shell(script), environment: [], standardInput: .standardInput) == reason)
    }
  }

  @Test func `a program that is not there is an error and no exit status`() {
    #expect(throws: Errno(number: ENOENT, call: "execve")) {
      try Execution.spawnAndWait(
        words("/nonexistent")[0], arguments: words("x"), environment: [],
        standardInput: .standardInput)
    }
    let attempt: () throws -> Void = {
      try Execution.execve(words("/nonexistent")[0], arguments: words("x"), environment: [])
    }
    #expect(throws: Errno(number: ENOENT, call: "execve")) { try attempt() }
  }

  @Test func `a program gets its arguments and its environment byte for byte, and nothing else`()
    throws
  {
    let odd: [UInt8] = [0xE9, 0x20, 0x0A, 0xFF]
    let result = try Execution.capture(
      sh, arguments: shell(#"printf '%s|' "$@"; env"#) + words("name") + [odd, []],
      environment: words("A=1 PATH=/usr/bin:/bin"), maximumBytes: 1_000, seconds: 20)
    #expect(result.reason == .exited(0))
    #expect(result.output.starts(with: odd + Array("||".utf8)))
    let rest = String(decoding: result.output.dropFirst(odd.count + 2), as: UTF8.self)
    // The shell adds PWD and its like itself.
    #expect(rest.contains("A=1\n") && !rest.contains("HOME="))
  }

  @Test func `a program lives as long as it is given, and without a bound for ever`() throws {
    for (seconds, reason) in [
      (UInt32?(1), Execution.ExitReason.signaled(SIGALRM)), (60, .exited(0)), (nil, .exited(0)),
    ] {
      let empty = try FileDescriptor.open(path: "/dev/null")
      let end = try Execution.spawnAndWait(
        Array("/bin/sleep".utf8), arguments: words("sleep 1.5"), environment: [],
        standardInput: empty, secondsToLive: seconds)
      #expect(end == reason, "\(String(describing: seconds)) seconds")
    }
  }

  @Test func `the position of a file that a program has read is seen here`() throws {
    let memory = try FileDescriptor.memfd(name: "test")
    try memory.writeAll(Array("abc".utf8))
    try memory.seek(to: 1)
    for (script, position) in [("true", UInt64(1)), ("/bin/cat >/dev/null", 3)] {
      _ = try Execution.spawnAndWait(
        sh, arguments: shell(script), environment: [], standardInput: memory)
      #expect(try memory.position() == position)
    }
  }

  @Test func `an argument with a NUL is refused instead of cut`() {
    #expect(throws: Errno(number: EINVAL, call: "execve")) {
      try Execution.spawnAndWait(
        sh, arguments: [[65, 0, 66]], environment: [], standardInput: .standardInput)
    }
  }

  @Test func `a program reads the file it is given, from its position, and inherits no other`()
    throws
  {
    let memory = try FileDescriptor.memfd(name: "test")
    try memory.writeAll(Array("abc".utf8))
    try memory.seek(to: 1)
    let script = "read x; test \"$x\" = bc && test ! -e /proc/$$/fd/\(memory.rawValue)"
    let reason = try Execution.spawnAndWait(
      sh, arguments: shell(script), environment: words("PATH=/usr/bin:/bin"),
      standardInput: memory)
    #expect(reason == .exited(0))
  }

  @Test func `a program gets default signals although ours are ignored`() throws {
    ProcessState.setDisposition(of: SIGPIPE, ignored: true)
    ProcessState.setDisposition(of: SIGXFSZ, ignored: true)
    let result = try Execution.capture(
      words("/bin/grep")[0], arguments: words("grep -E ^Sig(Ign|Blk) /proc/self/status"),
      environment: [], maximumBytes: 1_000, seconds: 20)
    #expect(result.reason == .exited(0))
    #expect(signals("SigBlk", in: result.output) == 0)
    #expect(signals("SigIgn", in: result.output) == 0)
  }

  @Test func `output is taken up to the limit, and refused beyond it without waiting for ever`()
    throws
  {
    let script = shell("yes")
    #expect(throws: Errno(number: EFBIG, call: "read")) {
      try Execution.capture(
        sh, arguments: script, environment: words("PATH=/usr/bin:/bin"), maximumBytes: 1_000,
        seconds: 20)
    }
  }

  @Test
  func `a program that is looked at starts in the root directory, without a terminal or our files`()
    throws
  {
    let kept = dup(try FileDescriptor.open(path: "/etc/passwd").rawValue)
    defer { close(kept) }
    let result = try Execution.capture(
      sh,
      arguments: shell(
        "pwd; ls /proc/self/fd | wc -l; ps -o sid= -p $$ | grep -c \"$$\"; echo no >&2"),
      environment: words("PATH=/usr/bin:/bin"), maximumBytes: 1_000, seconds: 20)
    // ls has a descriptor of the directory itself.
    #expect(result.output == Array("/\n4\n1\n".utf8))
    #expect(result.errors == Array("no\n".utf8))
  }

  @Test(arguments: [
    ("that only waits", "sleep 60"), ("that heeds no alarm", "trap '' ALRM; while :; do :; done"),
    ("that has closed its output", "exec >&- 2>&-; trap '' ALRM; while :; do :; done"),
    ("that leaves another one behind", "(trap '' ALRM; while :; do :; done) & exit 0"),
  ])
  func `a program is ended when its time is over`(name: String, script: String) {
    let start = Clock.monotonicMilliseconds()
    #expect(throws: Errno.self, "\(name)") {
      try Execution.capture(
        sh, arguments: shell("PATH=/usr/bin:/bin; \(script)"), environment: [], maximumBytes: 1_000,
        seconds: 1)
    }
    #expect(Clock.monotonicMilliseconds() - start < 10_000, "\(name)")
  }

  @Test(.enabled(if: Credentials.current().effectiveUserID == 0))
  func `root looks at a program as somebody else, without a group of its own`() throws {
    let result = try Execution.capture(
      sh, arguments: shell("id -u; id -G"), environment: words("PATH=/usr/bin:/bin"),
      maximumBytes: 1_000, seconds: 20, as: (userID: 65_534, groupID: 65_533))
    #expect(result.output == Array("65534\n65533\n".utf8))
  }

  @Test func `the arguments of this process are read as bytes`() throws {
    let arguments = ProcessArguments.bytes()
    #expect(arguments.count == CommandLine.arguments.count)
    #expect(arguments.first == CommandLine.arguments.first.map { Array($0.utf8) })
  }
}
