import Foundation
import LinuxSystem
import Testing

@testable import postern

/// A directory of root's that is removed in the end.
private func withDirectory(_ body: (String) throws -> Void) throws {
  let path = "/run/postern-child-test-\(UInt32.random(in: 0 ... .max))"
  try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
  defer { try? FileManager.default.removeItem(atPath: path) }
  try body(path)
}

private func give(_ path: String, to userID: Int) throws {
  try FileManager.default.setAttributes([.ownerAccountID: userID], ofItemAtPath: path)
}

@Suite("Programs that the tool starts", .enabled(if: Credentials.current().effectiveUserID == 0))
struct ChildTests {
  /// Makes DIRECTORY/program, a script, with this mode.
  ///
  /// Another process writes it: what other tests fork would hold a file of ours open for writing, and
  /// the kernel executes none that is (ETXTBSY).
  private func program(in directory: String, mode: Int = 0o755) throws -> String {
    let path = directory + "/program"
    let text = "#!/bin/sh\npwd; id -u; env | sort | head -n 1\n"
    _ = try Child.run(
      ["/bin/sh", "-c", "printf %s \"$1\" >\"$2\"", "sh", text, path].map { Array($0.utf8) },
      as: nil)
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    return path
  }

  private func run(_ path: String, as account: Account? = nil) throws -> String {
    let capture = try Child.run([Array(path.utf8)], as: account)
    return String(decoding: capture.output, as: UTF8.self)
  }

  @Test func `a program of root's runs in the root directory with our environment`() throws {
    try withDirectory { directory in
      let path = try program(in: directory)
      // SAFETY: constant C strings; no other thread of the tests asks for this variable.
      unsafe setenv("AAA", "of the caller", 1)
      defer { unsafe unsetenv("AAA") }
      #expect(try run(path) == "/\n0\nLC_ALL=C\n")
      #expect(try run(path, as: AnyUser.account) == "/\n65534\nLC_ALL=C\n")
    }
  }

  @Test func `a program that others can change is not run`() throws {
    try withDirectory { directory in
      let path = try program(in: directory, mode: 0o775)
      #expect(throws: Child.Failure.self) { try run(path) }
      _ = try program(in: directory)
      #expect(try run(path).hasPrefix("/"))
      try give(path, to: 7_301)
      #expect(throws: Child.Failure.self) { try run(path) }
    }
  }

  @Test func `a program below a directory of somebody else's is not run, nor by way of a link`()
    throws
  {
    try withDirectory { directory in
      let files = FileManager.default
      try files.createDirectory(atPath: directory + "/app/bin", withIntermediateDirectories: true)
      try give(directory + "/app", to: 7_301)
      // The last directory and the program are root's; who owns the one above can rename both.
      let path = try program(in: directory + "/app/bin")
      #expect(throws: Child.Failure.self) { try run(path) }
      // Root's own link leads to where others rule.
      try files.createSymbolicLink(atPath: directory + "/link", withDestinationPath: path)
      #expect(throws: Child.Failure.self) { try run(directory + "/link") }
      // A link of somebody else's leads to a program of root's.
      try files.createSymbolicLink(
        atPath: directory + "/app/link", withDestinationPath: "/bin/true")
      #expect(throws: Child.Failure.self) { try run(directory + "/app/link") }
      try files.createSymbolicLink(atPath: directory + "/true", withDestinationPath: "/bin/true")
      #expect(try run(directory + "/true").isEmpty)
    }
  }

  @Test func `a way that goes in a circle ends nowhere`() throws {
    try withDirectory { directory in
      try FileManager.default.createSymbolicLink(
        atPath: directory + "/a", withDestinationPath: directory + "/a")
      #expect(FileGuard.way(to: directory + "/a").path == nil)
      #expect(FileGuard.way(to: "/usr/../bin/sh").path?.hasSuffix("sh") == true)
    }
  }
}
