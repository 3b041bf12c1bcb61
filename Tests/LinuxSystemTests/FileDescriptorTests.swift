import Glibc
import Testing

@testable import LinuxSystem

@Suite("Open files")
struct FileDescriptorTests {
  @Test func `every file is opened close-on-exec`() throws {
    let pipe = try FileDescriptor.pipe()
    #expect(fcntl(pipe.readEnd.rawValue, F_GETFD) == FD_CLOEXEC)
    #expect(fcntl(pipe.writeEnd.rawValue, F_GETFD) == FD_CLOEXEC)
    let null = try FileDescriptor.open(path: "/dev/null")
    #expect(fcntl(null.rawValue, F_GETFD) == FD_CLOEXEC)
    let memory = try FileDescriptor.memfd(name: "test")
    #expect(fcntl(memory.rawValue, F_GETFD) == FD_CLOEXEC)
  }

  @Test func `a symbolic link is refused, and followed where that is asked for`() throws {
    #expect {
      _ = try FileDescriptor.open(path: "/proc/self/exe")
    } throws: {
      ($0 as? Errno)?.number == ELOOP
    }
    _ = try FileDescriptor.open(path: "/proc/self/exe", options: .followLinks)
  }

  @Test func `a path with a NUL is refused instead of cut`() {
    #expect(throws: Errno(number: EINVAL, call: "open")) {
      _ = try FileDescriptor.open(path: Array("/dev/null\0/x".utf8))
    }
  }

  @Test func `a missing file is told by its error`() {
    #expect {
      _ = try FileDescriptor.open(path: "/nonexistent/postern")
    } throws: {
      ($0 as? Errno)?.isNotFound == true && ($0 as? Errno)?.text == "No such file or directory"
    }
  }

  @Test func `a sealed file can be read and not be changed, not even through another opening`()
    throws
  {
    let memory = try FileDescriptor.memfd(name: "test")
    try memory.writeAll(Array("message".utf8))
    try memory.seal()
    #expect(try memory.pread(offset: 0, count: 100) == Array("message".utf8))
    for change in [
      { (file: borrowing FileDescriptor) in try file.pwriteWords([1], offset: 0) },
      { (file: borrowing FileDescriptor) in try file.truncate(to: 1) },
      { (file: borrowing FileDescriptor) in try file.truncate(to: 100) },
    ] {
      #expect(throws: Errno.self) { try change(memory) }
      let again = try FileDescriptor.open(
        path: "/proc/self/fd/\(memory.rawValue)", options: [.readWrite, .followLinks])
      #expect(throws: Errno.self) { try change(again) }
    }
  }

  @Test func `a kept buffer is filled from where it is told and keeps its size`() throws {
    let memory = try FileDescriptor.memfd(name: "test")
    try memory.writeAll(Array("abcdef".utf8))
    try memory.seek(to: 0)
    var buffer = Array("........".utf8)
    #expect(try memory.read(into: &buffer, at: 4) == 4)
    #expect(buffer == Array("....abcd".utf8))
    #expect(try memory.read(into: &buffer) == 2)
    #expect(buffer == Array("ef..abcd".utf8))
    #expect(try memory.read(into: &buffer) == 0)
    #expect(try memory.pread(into: &buffer, offset: 3) == 3)
    #expect(buffer == Array("def.abcd".utf8))
  }

  @Test func `reading to the end accepts the limit and refuses one byte more`() throws {
    let memory = try FileDescriptor.memfd(name: "test")
    try memory.writeAll([UInt8](repeating: 7, count: 100_000))
    try memory.seek(to: 0)
    #expect(try memory.readToEnd(limit: 100_000).count == 100_000)
    try memory.seek(to: 0)
    #expect(throws: Errno(number: EFBIG, call: "read")) { try memory.readToEnd(limit: 99_999) }
  }

  @Test func `a non-blocking pipe is waited for`() throws {
    let pipe = try FileDescriptor.pipe()
    _ = fcntl(pipe.readEnd.rawValue, F_SETFL, O_NONBLOCK)
    let child = try Execution.spawn(
      Array("/bin/sh".utf8), arguments: ["sh", "-c", "sleep 0.1; echo x"].map { Array($0.utf8) },
      environment: [Array("PATH=/usr/bin:/bin".utf8)],
      Execution.Preparation(
        redirections: [Execution.Redirection(from: pipe.writeEnd.rawValue, to: 1)]))
    #expect(try pipe.readEnd.read(upTo: 10) == Array("x\n".utf8))
    #expect(try Execution.end(of: child) == .exited(0))
  }

  @Test func `writing where nobody reads is an error`() throws {
    // The test process does not ignore SIGPIPE by itself.
    ProcessState.setDisposition(of: SIGPIPE, ignored: true)
    let ends = try FileDescriptor.pipe()
    let writeEnd = FileDescriptor(adopting: dup(ends.writeEnd.rawValue))
    _ = ends.keepReadEnd()
    #expect(throws: Errno(number: EPIPE, call: "write")) { try writeEnd.writeAll([1]) }
  }

  @Test func `locks of two openings exclude each other byte by byte, until given back`() throws {
    let memory = try FileDescriptor.memfd(name: "test")
    let path = "/proc/self/fd/\(memory.rawValue)"
    let options: FileDescriptor.Options = [.readWrite, .followLinks]
    let first = try FileDescriptor.open(path: path, options: options)
    let second = try FileDescriptor.open(path: path, options: options)
    let far: UInt64 = 1 << 40 + 0xFFFF_FFFF
    #expect(try first.tryLockRecord(offset: far, count: 1))
    #expect(try !second.tryLockRecord(offset: far, count: 1))
    #expect(try second.tryLockRecord(offset: far - 1, count: 1))
    try first.unlockAll()
    #expect(try second.tryLockRecord(offset: far, count: 1))
    try second.close()
    #expect(try first.tryLockRecord(offset: far - 1, count: 2))
  }

  @Test func `data and holes of a sparse file are told apart`() throws {
    let memory = try FileDescriptor.memfd(name: "test")
    try memory.truncate(to: 1 << 20)
    #expect(try memory.nextData(from: 0) == nil)
    try memory.pwriteWords([1], offset: 8_192)
    #expect(try memory.nextData(from: 0) == 8_192)
    #expect(try memory.nextData(from: 12_288) == nil)
  }
}
