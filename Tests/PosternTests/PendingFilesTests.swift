import Foundation
import LinuxSystem
import Policy
import Testing

@testable import Submission
@testable import postern

@Suite("postern set, killed in between")
struct PendingFilesTests {
  /// A configuration directory whose senders.db was built from its postern.cf.
  struct Scratch: ~Copyable {
    let directory: String
    let files: PendingFiles
    static let old = "mode = enforce\n"
    static let new = "mode = audit\n"

    init(_ name: String) {
      directory = "/tmp/postern-set-\(Host.processID())-\(name)"
      files = PendingFiles(settings: directory + "/postern.cf", index: directory + "/senders.db")
    }

    /// Writes the files of before.
    func prepare() throws {
      try FileSystem.makeDirectory(Array(directory.utf8))
      try write("postern.cf", Array(Self.old.utf8))
      try write("senders.db", try Self.index(of: Self.old, try stamp()))
    }

    deinit {
      try? FileManager.default.removeItem(atPath: directory)
    }

    func write(_ name: String, _ bytes: [UInt8]) throws {
      let file = try FileDescriptor.open(
        path: "\(directory)/\(name)", options: [.writeOnly, .create, .truncate])
      try file.writeAll(bytes)
    }

    func text() throws -> String {
      let file = try FileDescriptor.open(path: directory + "/postern.cf")
      return String(decoding: try file.readToEnd(limit: 1 << 16), as: UTF8.self)
    }

    func stamp() throws -> FileStamp {
      FileStamp(try fileStatus(directory + "/postern.cf", followingLinks: false))
    }

    func names() throws -> Set<String> {
      Set(
        try FileSystem.names(in: Array(directory.utf8)).map { String(decoding: $0, as: UTF8.self) })
    }

    /// The mode in force, and the postern.cf it was built from.
    func inForce() throws -> (mode: Mode, source: FileStamp) {
      let file = try FileDescriptor.open(path: directory + "/senders.db")
      let index = try SenderIndex.open(size: try file.status().size) {
        (offset, count) throws(Errno) in
        try file.pread(offset: offset, count: count)
      }
      return (index.configuration.mode, index.header.source.settings)
    }

    static func index(of text: String, _ stamp: FileStamp) throws -> [UInt8] {
      let file = ConfigurationFile.parse(
        Array((text + "exempt_users =\n").utf8), file: "postern.cf")
      var builder = SenderIndexBuilder(
        file: file, postfix: PostfixFacts(origin: Array("host.example".utf8)), resolve: { _ in nil }
      )
      let source = SenderIndexHeader.Source(
        builtAt: 1, senders: FileStamp(bytes: 0, modified: 0), settings: stamp)
      let bytes = builder.build(from: source, file: "senders")
      return try #require(bytes)
    }

    /// Takes the first steps of a change to the new text, as if killed after them.
    func take(steps: Int) throws {
      let old = try fileStatus(directory + "/postern.cf", followingLinks: false)
      guard steps > 0 else { return }
      let stamp = try files.writeSettings(Array(Self.new.utf8), like: old)
      guard steps > 1 else { return }
      try files.writeIndex(try Self.index(of: Self.new, stamp), groupID: nil)
      guard steps > 2 else { return }
      try files.keepSettings()
      guard steps > 3 else { return }
      try files.placeSettings()
      guard steps > 4 else { return }
      try files.placeIndex()
    }
  }

  @Test(arguments: 0...5)
  func `whatever step postern set was killed after, file and force agree again`(steps: Int) throws {
    let scratch = Scratch("step-\(steps)")
    try scratch.prepare()
    try scratch.take(steps: steps)
    let isDone = steps == 5
    // New settings are never in force without postern.cf saying so.
    #expect(try scratch.inForce().mode == (isDone ? .audit : .enforce))
    #expect(try scratch.text() == (steps >= 4 ? Scratch.new : Scratch.old))
    #expect(scratch.files.isInterrupted == (steps >= 3))
    #expect(try scratch.files.recover() == (steps == 4))
    #expect(try scratch.text() == (isDone ? Scratch.new : Scratch.old))
    #expect(try scratch.inForce().mode == (isDone ? .audit : .enforce))
    #expect(try scratch.inForce().source == (try scratch.stamp()))
    #expect(try scratch.names() == ["postern.cf", "senders.db"])
  }

  @Test func `what was edited after a kill is kept`() throws {
    let scratch = Scratch("edited")
    try scratch.prepare()
    try scratch.take(steps: 4)
    let edited = Scratch.new + "# by hand\n"
    try scratch.write("postern.cf", Array(edited.utf8))
    #expect(try !scratch.files.recover())
    #expect(try scratch.text() == edited)
    #expect(try scratch.names() == ["postern.cf", "senders.db"])
  }

  @Test func `a commit that cannot place senders.db leaves postern.cf as it was`() throws {
    let scratch = Scratch("fails")
    try scratch.prepare()
    try scratch.take(steps: 2)
    try FileSystem.unlink(Array((scratch.directory + "/senders.db").utf8))
    try FileSystem.makeDirectory(Array((scratch.directory + "/senders.db").utf8))
    let before = try scratch.stamp()
    #expect(throws: Errno.self) { try scratch.files.commit() }
    #expect(try scratch.text() == Scratch.old && scratch.stamp() == before)
    #expect(!scratch.files.isInterrupted)
  }
}
