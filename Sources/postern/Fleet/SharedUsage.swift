internal import Ledger
internal import LinuxSystem
internal import Policy

/// What has been used of one quota, by all web servers together.
struct SharedUsage: Equatable {
  /// `quota_group`, or the login name.
  let name: [UInt8]
  /// In the last hour and the last day.
  let hour: StepCounts
  let day: StepCounts
  /// How many web servers have asked for it in the last day.
  let servers: UInt64

  /// Reads what `postern1_list` says of one, from six elements.
  fileprivate init?(_ parts: ArraySlice<ServerReply.Element>) {
    guard parts.count == 6, case .text(let name)? = parts.first else { return nil }
    self.init(name: name, numbers: parts.dropFirst())
  }

  /// Takes four sums and a number of servers.
  fileprivate init?(name: [UInt8], numbers: ArraySlice<ServerReply.Element>) {
    let values = numbers.compactMap { element -> UInt64? in
      guard case .integer(let number) = element else { return nil }
      return UInt64(clamping: number)
    }
    guard values.count == 5, numbers.count == 5 else { return nil }
    func counts(_ position: Int) -> StepCounts {
      StepCounts(
        messages: UInt32(clamping: values[position]),
        recipients: UInt32(clamping: values[position + 1]))
    }
    (self.name, hour, day, servers) = (name, counts(0), counts(2), values[4])
  }
}

extension Engine {
  private static let widths = QuotaPeriod.allCases.map { "\($0.stepSeconds)" }
  private static func key(_ name: [UInt8]) -> [UInt8] { Array("postern:q:".utf8) + name }
  /// The most quotas that are told of at once.
  static let listed = 100_000

  /// Looks at one quota; all zero where nothing was counted.
  mutating func usage(of name: [UInt8]) throws(EngineFault) -> SharedUsage {
    let words = ["FCALL_RO", "postern1_look", "1"]
    guard
      case .array(let parts) = try call(
        words, [Self.key(name)] + Self.widths.map { Array($0.utf8) }),
      parts.count == 7, let usage = SharedUsage(name: name, numbers: parts.dropFirst(2))
    else { throw .malformed }
    return usage
  }

  /// Looks at all of them.
  ///
  /// - Returns: Those that were counted in the last day, by name, and whether they are all.
  mutating func usages() throws(EngineFault) -> (found: [SharedUsage], areAll: Bool) {
    var found: [[UInt8]: SharedUsage] = [:]
    var cursor = Array("0".utf8)
    repeat {
      let reply = try call(
        ["FCALL_RO", "postern1_list", "0"], [cursor] + Self.widths.map { Array($0.utf8) })
      guard case .array(let parts) = reply, case .text(let next)? = parts.first,
        parts.count % 6 == 1
      else { throw .malformed }
      for start in stride(from: 1, to: parts.count, by: 6) {
        guard let usage = SharedUsage(parts[start..<start + 6]) else { throw .malformed }
        found[usage.name] = usage
      }
      cursor = next
    } while cursor != Array("0".utf8) && found.count < Self.listed
    let sorted = found.values.sorted { $0.name.lexicographicallyPrecedes($1.name) }
    return (sorted, cursor == Array("0".utf8))
  }

  /// Forgets what was used of a quota, on every web server.
  mutating func reset(_ name: [UInt8]) throws(EngineFault) {
    let words = ["FCALL", "postern1_reset", "1"]
    guard case .integer = try call(words, [Self.key(name)] + Self.widths.map { Array($0.utf8) })
    else { throw .malformed }
  }
}
