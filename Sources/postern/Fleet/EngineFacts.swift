internal import Ledger
internal import LinuxSystem
internal import Policy

/// What the fleet's server says of itself.
struct EngineFacts: Equatable {
  /// INFO: lines `name:value`, and headings.
  private let info: [String: String]
  /// CONFIG GET: what it was told.
  let parameters: [String: String]

  static let asked = ["maxmemory-policy", "appendonly", "timeout", "min-replicas-to-write"]

  /// Takes both.
  init(info: [UInt8], parameters: [String: String]) {
    var values: [String: String] = [:]
    for line in String(decoding: info, as: UTF8.self).split(whereSeparator: \.isNewline) {
      guard let (name, value) = String(line).divided(at: ":") else { continue }
      values[name] = value
    }
    (self.info, self.parameters) = (values, parameters)
  }

  /// `Valkey 8.1.1`, `Redis 7.0.15`: Valkey says both, its own number in another line.
  var program: String {
    info["valkey_version"].map { "Valkey \($0)" } ?? "Redis \(info["redis_version"] ?? "(unknown)")"
  }
  /// `master` or `slave`, in its own words.
  var role: String { info["role"] ?? "unknown" }
  var isPrimary: Bool { role == "master" }
  var replicas: UInt64 { info["connected_slaves"].flatMap { UInt64($0) } ?? 0 }
  var memoryBytes: UInt64 { info["used_memory"].flatMap { UInt64($0) } ?? 0 }
  /// 0 = no limit.
  var memoryLimit: UInt64 { info["maxmemory"].flatMap { UInt64($0) } ?? 0 }
  /// Seconds since 1970 by its clock; nil = it does not say.
  var clock: UInt64? { info["server_time_usec"].flatMap { UInt64($0) }.map { $0 / 1_000_000 } }
}

extension Engine {
  /// Asks the server what it is and how it is set up.
  mutating func facts() throws(EngineFault) -> EngineFacts {
    guard case .bulk(let info) = try call(["INFO"]) else { throw .malformed }
    var parameters: [String: String] = [:]
    let reply = try call(["CONFIG", "GET"] + EngineFacts.asked)
    guard case .array(let parts) = reply, parts.count % 2 == 0 else { throw .malformed }
    for position in stride(from: 0, to: parts.count, by: 2) {
      guard case .text(let name) = parts[position], case .text(let value) = parts[position + 1]
      else { throw .malformed }
      parameters[String(decoding: name, as: UTF8.self)] = String(decoding: value, as: UTF8.self)
    }
    return EngineFacts(info: info, parameters: parameters)
  }

  /// Who is suspended on every web server, with what is told of it.
  mutating func suspended() throws(EngineFault) -> [(name: [UInt8], reason: [UInt8])] {
    try suspensions().byName.map { ($0.key, $0.value.reason) }
      .sorted { $0.name.lexicographicallyPrecedes($1.name) }
  }
}
