internal import Ledger
internal import LinuxSystem
internal import Policy

/// Who is suspended on every web server of a fleet.
struct SharedSuspensions: Equatable {
  /// The time by the server's clock, in seconds since 1970; it judges the ends.
  var clock: UInt64 = 0
  /// By the name of a quota, or a login name.
  var byName: [[UInt8]: Suspension] = [:]
}

extension Engine {
  private static let key = "postern:suspended"
  /// The most suspensions that are told of at once.
  private static let suspendedNames = 100_000

  /// Suspends a name on every web server.
  ///
  /// - Parameters:
  ///   - name: The name of a quota, or a login name.
  ///   - suspension: Who and why; the server's clock sets its beginning.
  ///   - seconds: For how long; nil = until it is resumed.
  ///   - replacing: Whether it takes the place of one that is there, which otherwise stays.
  /// - Returns: The suspension that was there; nil = there was none.
  /// - Throws: `EngineFault`.
  mutating func suspend(
    _ name: [UInt8], by suspension: Suspension, for seconds: UInt64?, replacing: Bool
  ) throws(EngineFault) -> Suspension? {
    let words = [
      name, Array(suspension.origin.rawValue.utf8), Array((seconds.map { "\($0)" } ?? "-1").utf8),
      suspension.reason, Array((replacing ? "replace" : "keep").utf8),
    ]
    return try former(call(["FCALL", "postern1_suspend", "1", Self.key], words))
  }

  /// Ends the suspension of a name on every web server.
  ///
  /// - Returns: The suspension that was there; nil = there was none.
  /// - Throws: `EngineFault`.
  mutating func resume(_ name: [UInt8]) throws(EngineFault) -> Suspension? {
    try former(call(["FCALL", "postern1_resume", "1", Self.key], [name]))
  }

  /// Returns all suspensions that are in force.
  ///
  /// - Throws: `EngineFault`; `.malformed` if there are more than anybody means.
  mutating func suspensions() throws(EngineFault) -> SharedSuspensions {
    var found = SharedSuspensions()
    var cursor = Array("0".utf8)
    repeat {
      let reply = try call(["FCALL_RO", "postern1_suspensions", "1", Self.key], [cursor])
      guard case .array(let parts) = reply, parts.count >= 2, parts.count % 2 == 0,
        case .text(let next) = parts[0], case .integer(let now) = parts[1],
        found.byName.count < Self.suspendedNames
      else { throw .malformed }
      for position in stride(from: 2, to: parts.count, by: 2) {
        guard case .text(let name) = parts[position], case .text(let text) = parts[position + 1]
        else { throw .malformed }
        found.byName[name] = Self.read(text)
      }
      (cursor, found.clock) = (next, UInt64(clamping: now))
    } while cursor != Array("0".utf8)
    return found
  }

  /// Notes that this machine is there.
  ///
  /// - Parameters:
  ///   - node: Its name as a node.
  ///   - start: The number that the kernel has given to its start.
  /// - Returns: Whether another machine has the same name.
  /// - Throws: `EngineFault`.
  mutating func register(_ node: [UInt8], start: String) throws(EngineFault) -> Bool {
    let words = [node, Array(start.utf8)]
    guard
      case .integer(let number) = try call(["FCALL", "postern1_node", "1", "postern:nodes"], words)
    else { throw .malformed }
    return number != 0
  }

  private func former(_ reply: ServerReply) throws(EngineFault) -> Suspension? {
    guard case .bulk(let text) = reply else { throw .malformed }
    return text.isEmpty ? nil : Self.read(text)
  }

  /// What somebody has written there by hand is a reason.
  private static func read(_ text: [UInt8]) -> Suspension {
    text.contains(UInt8(ascii: "\n"))
      ? Suspensions.read(text) : Suspension(since: 0, origin: .administrator, reason: text)
  }
}
