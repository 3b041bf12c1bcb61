internal import Ledger
internal import LinuxSystem

/// `postern fleet setup`: teaches the fleet's server what Postern asks of it.
enum FleetSetup {
  static let command = Command(
    group: "fleet", name: "setup", operands: "", operandCount: 0...0,
    flags: [EngineAccess.server, EngineAccess.passwordFile],
    summary: "Load Postern's function into the server that a fleet shares quotas through",
    details: """
      The server is Valkey, or Redis 7.0 and later, with the accounts of Install/fleet/users.acl. Can be repeated, and must
      be after an upgrade that 'postern fleet check' asks it for; what was counted stays.
      """,
    run: run)

  /// The largest text, in bytes.
  private static let textBytes = 256 << 10

  private static func run(_ arguments: Arguments) throws(ToolFailure) {
    let setup = try Setup.current()
    try setup.requireAdministrator(command.call)
    let access = try EngineAccess(arguments, setup, setup.readMap().configuration)
    let text = try functions()
    var engine = try access.connect()
    do throws(EngineFault) {
      _ = try engine.call(["FUNCTION", "LOAD", "REPLACE"], [text])
      guard try engine.release() == Engine.release else { throw .malformed }
    } catch {
      throw access.failure(error)
    }
    try Output.write(
      "the function is loaded at \(access.shown); 'postern fleet check' looks at the rest\n")
  }

  private static func functions() throws(ToolFailure) -> [UInt8] {
    let path = "\(Installation.share)/fleet/postern1.lua"
    do throws(Errno) {
      let file = try FileDescriptor.open(
        path: Array(path.utf8), options: [.readOnly, .followLinks])
      return try file.readToEnd(limit: textBytes)
    } catch {
      throw ToolFailure(error, "cannot read \(path)")
    }
  }
}

extension Engine {
  /// Which text of the function is loaded; nil = one from before it told, or none.
  mutating func release() throws(EngineFault) -> Int64? {
    do throws(EngineFault) {
      guard case .integer(let number) = try call(["FCALL", "postern1_release", "0"]) else {
        return nil
      }
      return number
    } catch {
      if case .refused(let said) = error, said.contains("Function not found") { return nil }
      throw error
    }
  }
}
