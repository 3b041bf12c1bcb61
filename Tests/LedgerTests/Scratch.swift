import Glibc
import LinuxSystem
import Synchronization
import Testing

@testable import Ledger
@testable import Policy

private let serial = Atomic<Int>(0)

/// A fresh directory with a ledger in it, removed at the end of a test.
struct Scratch: ~Copyable {
  let directory: [UInt8]
  var path: [UInt8] { directory + Array("/quota".utf8) }

  init() throws {
    let number = serial.add(1, ordering: .relaxed).newValue
    directory = Array("/tmp/postern-ledger-\(Host.processID())-\(number)".utf8)
    try FileSystem.makeDirectory(directory)
  }

  deinit {
    setPermissions(directory, 0o700)
    for name in ["quota", "connections", "fleet"] {
      try? FileSystem.unlink(directory + Array("/\(name)".utf8))
    }
    for name in ["suspended", "journal"] {
      let inner = directory + Array("/\(name)".utf8)
      for name in (try? FileSystem.names(in: inner)) ?? [] {
        try? FileSystem.unlink(inner + Array("/".utf8) + name)
      }
      removeDirectory(inner)
    }
    removeDirectory(directory)
  }

  func open() throws -> Ledger { try Ledger.open(path: path) }

  /// Opens the file without any check.
  func raw() throws -> FileDescriptor {
    try FileDescriptor.open(path: path, options: [.readWrite, .create])
  }

  /// Makes a file with these contents beside the state file.
  func put(_ bytes: [UInt8], intoFile name: String) throws {
    let file = try FileDescriptor.open(
      path: directory + Array("/\(name)".utf8), options: [.writeOnly, .create, .truncate])
    try file.writeAll(bytes)
  }

  func bytes(ofSlot slot: UInt32) throws -> [UInt8] {
    try raw().pread(offset: LedgerFormat.offset(of: slot), count: Slot.byteCount)
  }

  func put(_ bytes: [UInt8], intoSlot slot: UInt32) throws {
    try raw().write(bytes, at: LedgerFormat.offset(of: slot))
  }
}

/// Slots byte by byte, as a disk sees them.
extension Slot {
  static let byteCount = wordCount * 8

  var bytes: [UInt8] { words.flatMap(littleEndian) }

  init(reading bytes: [UInt8]) {
    self.init(
      reading: (0..<bytes.count / 8).map { word in
        (0..<8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64(bytes[word * 8 + $1]) }
      })
  }
}

/// A time in the middle of an hour.
let noon: UInt64 = 1_795_460_400 + 1_800

let permitAll: @Sendable (Usage, UInt64) -> Decision = { _, _ in .permit }

/// Decides by the number of messages in the last hour alone.
func limit(_ messages: UInt32) -> @Sendable (Usage, UInt64) -> Decision {
  { usage, now in
    let limit = Limit.count(messages)
    let used = usage.used(.messages, per: .hour, limit: limit, now: now)
    return limit.admits(used: used, requested: 1) ? .permit : rejection
  }
}

let rejection = Decision.reject(
  Rejection(
    cause: .quota(
      QuotaExcess(
        resource: .messages, period: .hour, used: 1, limit: 1, requested: 1, nextFree: nil)),
    user: Array("alice".utf8)))

/// Removes an empty directory, if it is there.
func removeDirectory(_ path: [UInt8]) {
  _ = unsafe rmdir(String(decoding: path, as: UTF8.self))
}

/// Sets the permission bits of a file that is there.
func setPermissions(_ path: [UInt8], _ permissions: UInt32) {
  _ = unsafe chmod(String(decoding: path, as: UTF8.self), permissions)
}

extension FileDescriptor {
  /// Writes bytes to a position.
  func write(_ bytes: [UInt8], at offset: UInt64) throws(Errno) {
    try seek(to: offset)
    try writeAll(bytes)
  }
}
