import Glibc
import Testing

@testable import LinuxSystem

// Each runs in a process of its own, which it spoils first as a hostile caller would. The steps are
// tested one by one: libdispatch, which runs the tests, traps soon after its descriptors are closed
// under it. The whole is tested with the installed program.
@Suite("Sanitising")
struct SanitizeTests {
  @Test func `signals and timers of the caller are gone`() async {
    await #expect(processExitsWith: .exitCode(0)) {
      for signal: Int32 in [SIGTERM, SIGALRM, SIGCHLD, 34, 64] {
        ProcessState.setDisposition(of: signal, ignored: true)
      }
      var all = sigset_t()
      unsafe sigfillset(&all)
      unsafe sigprocmask(SIG_SETMASK, &all, nil)
      alarm(1_000)
      try ProcessState.resetSignals()
      try ProcessState.stopTimers()
      guard alarm(0) == 0 else { _exit(1) }
      kill(getpid(), SIGPIPE)
      kill(getpid(), SIGXFSZ)
      // The bits that may be set are those of signals 32 and 33, see `signals`.
      let script = """
        grep -q '^SigBlk:.0\\{16\\}$' /proc/self/status &&
        grep -q '^SigIgn:.0\\{7\\}[01][08]0\\{7\\}$' /proc/self/status
        """
      try Execution.execve(
        Array("/bin/sh".utf8), arguments: ["sh", "-c", script].map { Array($0.utf8) },
        environment: [Array("PATH=/usr/bin:/bin".utf8)])
    }
  }

  @Test func `a closed standard input is a failure to read, and no empty message`() async {
    await #expect(processExitsWith: .exitCode(42)) {
      // The runtime's own threads open files for an instant, and may get the free number first: of
      // such a file nothing is read, for that could wait for ever.
      for _ in 1...100 {
        close(0)
        guard (try? ProcessState.openStandardDescriptors()) != nil,
          fcntl(0, F_GETFL) & O_ACCMODE == O_WRONLY
        else { continue }
        do throws(Errno) {
          _ = try FileDescriptor.standardInput.read(upTo: 1)
        } catch {
          if error == Errno(number: EBADF, call: "read") { _exit(42) }
        }
      }
      _exit(1)
    }
  }

  @Test func `closed standard descriptors are opened and all others closed`() async {
    await #expect(processExitsWith: .exitCode(42)) {
      let extra = dup2(1, 900)
      // The runtime's own threads open files for an instant, and may get the free number first.
      for _ in 1...100 {
        close(0)
        close(2)
        if (try? ProcessState.openStandardDescriptors()) != nil { break }
      }
      try ProcessState.closeOtherDescriptors()
      let next = try FileDescriptor.open(path: "/dev/null")
      guard extra == 900, fcntl(900, F_GETFD) == -1, fcntl(0, F_GETFD) != -1,
        fcntl(2, F_GETFD) != -1, next.rawValue == 3
      else { _exit(1) }
      _exit(42)
    }
  }

  @Test func `lowered limits are raised to the hard ones, and there are no core dumps`() async {
    await #expect(processExitsWith: .exitCode(42)) {
      var limit = rlimit()
      for resource in [RLIMIT_FSIZE, RLIMIT_CPU, RLIMIT_NOFILE] {
        unsafe getrlimit(Int32(resource.rawValue), &limit)
        limit.rlim_cur = min(limit.rlim_max, 20)
        unsafe setrlimit(Int32(resource.rawValue), &limit)
      }
      guard try ProcessState.setLimits() == nil else { _exit(4) }
      unsafe getrlimit(Int32(RLIMIT_FSIZE.rawValue), &limit)
      guard limit.rlim_cur == limit.rlim_max else { _exit(1) }
      unsafe getrlimit(Int32(RLIMIT_NOFILE.rawValue), &limit)
      guard limit.rlim_cur == min(limit.rlim_max, 1_024) else { _exit(2) }
      unsafe getrlimit(Int32(RLIMIT_CORE.rawValue), &limit)
      guard limit.rlim_max == 0 else { _exit(3) }
      _exit(42)
    }
  }

  @Test func `a hard limit on file sizes is an error to report and no reason to die`() async {
    await #expect(processExitsWith: .exitCode(42)) {
      try ProcessState.resetSignals()
      var limit = rlimit(rlim_cur: 10, rlim_max: 10)
      unsafe setrlimit(Int32(RLIMIT_FSIZE.rawValue), &limit)
      let memory = try FileDescriptor.memfd(name: "test")
      do throws(Errno) {
        try memory.pwriteWords([1], offset: 100)
      } catch {
        if error == Errno(number: EFBIG, call: "pwrite") { _exit(42) }
      }
      _exit(1)
    }
  }

  @Test func `a descriptor becomes standard input and survives execution`() async {
    await #expect(processExitsWith: .exitCode(0)) {
      let memory = try FileDescriptor.memfd(name: "test")
      try memory.writeAll(Array("abc\n".utf8))
      try memory.seek(to: 0)
      try memory.moveToStandardInput()
      let script = "read x; test \"$x\" = abc"
      try Execution.execve(
        Array("/bin/sh".utf8), arguments: ["sh", "-c", script].map { Array($0.utf8) },
        environment: [])
    }
  }

  @Test(.enabled(if: Credentials.current().effectiveUserID == 0))
  func `root becomes another user for good`() async {
    await #expect(processExitsWith: .exitCode(42)) {
      try Credentials.become(userID: 65_534, groupID: 65_534)
      let now = Credentials.current()
      guard now.realUserID == 65_534, now.savedGroupID == 65_534, !now.isPrivileged,
        getgroups(0, nil) == 1, setuid(0) == -1
      else { _exit(1) }
      _exit(42)
    }
  }

  @Test(.enabled(if: Credentials.current().effectiveUserID == 0))
  func `a set-uid process becomes its account for good, before and after it has left its caller`()
    async
  {
    for leaves in [false, true] {
      await #expect(processExitsWith: .exitCode(42)) { [leaves = leaves as Bool] in
        setregid(2_001, 3_001)
        setreuid(2_000, 3_000)
        guard Credentials.current().isPrivileged else { _exit(1) }
        if leaves { try ProcessState.leaveCaller() }
        try Credentials.becomeAccount()
        let now = Credentials.current()
        guard !now.isPrivileged, setuid(2_000) == -1, now.realUserID == 3_000,
          now.realGroupID == 3_001
        else { _exit(2) }
        _exit(42)
      }
    }
  }

  @Test(.enabled(if: Credentials.current().effectiveUserID == 0))
  func `a set-uid process leaves its caller, opens files as its account, and can return`() async {
    await #expect(processExitsWith: .exitCode(42)) {
      setregid(2_001, 3_001)
      setreuid(2_000, 3_000)
      try ProcessState.leaveCaller()
      let left = Credentials.current()
      // kill(2) and ptrace(2) ask about the real and the saved user, open(2) about that of files.
      guard left.realUserID == 3_000, left.savedUserID == 3_000, Credentials.fileUserID() == 3_000,
        left.realGroupID == 3_001, left.effectiveGroupID == 3_001
      else { _exit(1) }
      // Once more, as the child of such a process does it.
      try ProcessState.leaveCaller()
      guard Credentials.current() == left else { _exit(2) }
      try Credentials.returnToCaller()
      let now = Credentials.current()
      guard now.realUserID == 2_000, now.effectiveUserID == 2_000, now.savedUserID == 2_000,
        Credentials.fileUserID() == 2_000, setuid(3_000) == -1
      else { _exit(3) }
      _exit(42)
    }
  }

  @Test(.enabled(if: Credentials.current().effectiveUserID == 0))
  func `a call of root's that has left root never becomes root's again`() async {
    await #expect(processExitsWith: .exitCode(42)) {
      setregid(0, 3_001)
      setreuid(0, 3_000)
      try ProcessState.leaveCaller()
      try Credentials.returnToCaller()
      let now = Credentials.current()
      guard now.realUserID == 3_000, now.effectiveUserID == 3_000, now.savedUserID == 3_000,
        setuid(0) == -1
      else { _exit(1) }
      _exit(42)
    }
  }

  @Test(.enabled(if: Credentials.current().effectiveUserID == 0))
  func `a set-uid process starts a program as its effective user and remains its caller's`() async {
    await #expect(processExitsWith: .exitCode(42)) {
      setregid(2_001, 3_001)
      setreuid(2_000, 3_000)
      let before = Credentials.current()
      let capture = try Execution.capture(
        Array("/bin/cat".utf8), arguments: ["cat", "/proc/self/status"].map { Array($0.utf8) },
        environment: [], maximumBytes: 4096, seconds: 20)
      let status = String(decoding: capture.output, as: UTF8.self)
      guard status.contains("Uid:\t3000\t3000\t3000\t3000"),
        status.contains("Gid:\t3001\t3001\t3001\t3001")
      else { _exit(1) }
      guard before.isPrivileged, Credentials.current() == before else { _exit(2) }
      _exit(42)
    }
  }

  @Test(.enabled(if: Credentials.current().effectiveUserID == 0))
  func `a set-uid process gives its privilege back for good`() async {
    await #expect(processExitsWith: .exitCode(42)) {
      setregid(2_001, 3_001)
      setreuid(2_000, 3_000)
      try Credentials.becomeReal()
      let now = Credentials.current()
      guard !now.isPrivileged, setuid(3_000) == -1, now.effectiveUserID == 2_000,
        now.effectiveGroupID == 2_001
      else { _exit(2) }
      _exit(42)
    }
  }

  @Test(arguments: LimitedResource.allCases)
  func `a hard limit below what is needed is found, and what is needed is enough`(
    resource: LimitedResource
  ) async {
    let index = LimitedResource.allCases.firstIndex(of: resource) ?? 0
    await #expect(processExitsWith: .exitCode(42)) { [index = index as Int] in
      let resource = LimitedResource.allCases[index]
      guard try ProcessState.setLimits() == nil else { _exit(1) }
      for (limit, isEnough) in [(resource.minimum, true), (resource.minimum - 1, false)] {
        var limits = rlimit(rlim_cur: rlim_t(limit), rlim_max: rlim_t(limit))
        guard unsafe setrlimit(Int32(resource.number.rawValue), &limits) == 0 else { _exit(2) }
        let expected = isEnough ? nil : LimitFault(resource: resource, limit: limit)
        guard try ProcessState.setLimits() == expected else { _exit(3) }
      }
      _exit(42)
    }
  }
}
