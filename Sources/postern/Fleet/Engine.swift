internal import Ledger
internal import LinuxSystem
internal import Policy

/// The server that a fleet shares its quotas through, as its administrator speaks to it: one
/// command after the other over one connection.
struct Engine: ~Copyable {
  /// The text of Install/fleet/postern1.lua that this program belongs to.
  static let release: Int64 = 3

  /// More than the 100 quotas that one call of `postern1_list` tells of, or than INFO says.
  private static let bounds = ServerReply.Bounds(bytes: 1 << 20, count: 65_536)
  /// How long a whole connection may take.
  private static let milliseconds: UInt32 = 10_000

  private let connection: ServerConnection
  private var buffer = [UInt8](repeating: 0, count: bounds.bytes)

  /// Connects, and signs in.
  ///
  /// - Parameters:
  ///   - address: Where it listens.
  ///   - account: The account; nil = without signing in.
  /// - Returns: The open connection.
  /// - Throws: `EngineFault`.
  static func connect(
    to address: QuotaServerAddress, as account: EngineAccount?
  ) throws(EngineFault) -> Engine {
    var engine = try Engine(address)
    guard let account else { return engine }
    let reply = try engine.call(["AUTH"], [account.name, account.password])
    guard reply == .simple(Array("OK".utf8)) else { throw .malformed }
    return engine
  }

  private init(_ address: QuotaServerAddress) throws(EngineFault) {
    do throws(Errno) {
      connection = try ServerConnection.open(to: address.target, within: Self.milliseconds)
    } catch {
      throw .unreachable(error)
    }
  }

  /// Runs a command.
  ///
  /// - Parameters:
  ///   - words: The command's own words.
  ///   - more: Words of others, after those.
  /// - Returns: The reply.
  /// - Throws: `EngineFault`; `.refused` with what the server says.
  mutating func call(_ words: [String], _ more: [[UInt8]] = []) throws(EngineFault) -> ServerReply {
    var command = ServerCommand(wordCount: words.count + more.count)
    for word in words { command.append(Array(word.utf8)) }
    for word in more { command.append(word) }
    do throws(Errno) { try connection.send(command.bytes) } catch { throw .unreachable(error) }
    let reply = try reply()
    if case .error(let text) = reply { throw .refused(String(decoding: text, as: UTF8.self)) }
    return reply
  }

  private mutating func reply() throws(EngineFault) -> ServerReply {
    var (count, reader) = (0, ServerReplyReader(Self.bounds))
    while true {
      switch reader.next(in: buffer, count: count) {
      case .reply(let reply): return reply
      case .malformed: throw .malformed
      case .incomplete:
        let received: Int
        do throws(Errno) { received = try connection.receive(into: &buffer, at: count) } catch {
          throw .unreachable(error)
        }
        guard received > 0 else { throw .closed }
        count += received
      }
    }
  }
}

/// Who signs in, and with what.
struct EngineAccount: Sendable {
  let name: [UInt8]
  let password: [UInt8]
}

/// Why the server did not do what it was asked.
enum EngineFault: Error {
  case unreachable(Errno)
  case closed
  case malformed
  /// What it said, its code first: `NOAUTH Authentication required.`
  case refused(String)

  /// What happened and what to do, for people.
  var text: String {
    switch self {
    case .unreachable(let error):
      "\(error.text) (\(error.call)): is it running, and does it listen there?"
    case .closed: "it has closed the connection: is it full (maxclients)?"
    case .malformed: "it does not speak the protocol of Redis"
    case .refused(let said): advice(said).map { "it says '\(said)': \($0)" } ?? "it says '\(said)'"
    }
  }

  private func advice(_ said: String) -> String? {
    let advice = [
      "WRONGPASS": "the password is not that of the account there (Install/fleet/users.acl)",
      "NOAUTH": "it wants a password: /etc/postern/fleet-admin.password",
      "NOPERM":
        "the account may not do that: Install/fleet/users.acl of this version has what it needs",
      "NOREPLICAS":
        "fewer replicas are in sync than min-replicas-to-write wants; wait for them, or start them",
      "READONLY": "it is a replica: name the primary with --server",
      "LOADING": "it still reads its data: try again in a moment",
      "OOM": "its memory is full (maxmemory)",
    ]
    if said.contains("Function not found") { return "run 'postern fleet setup'" }
    if said.contains("unknown command") { return "it must be Valkey, or Redis 7.0 and later" }
    return said.split(separator: " ").first.flatMap { advice[String($0)] }
  }
}
