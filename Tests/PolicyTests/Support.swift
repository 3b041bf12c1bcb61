import Foundation
import InternetMessage
import Policy

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

/// Returns the address that a text shows; no `@` = no domain.
func address(_ text: String) -> AddrSpec {
  guard let at = text.lastIndex(of: "@") else {
    return AddrSpec(localPart: bytes(text), domain: nil)
  }
  return AddrSpec(
    localPart: bytes(String(text[..<at])), domain: bytes(String(text[text.index(after: at)...])))
}

/// Returns the rules of an entry of senders, which must be without problems.
func entry(_ line: String, exempt: Bool = false) -> SenderEntry {
  let parsed = SendersFile.parse(bytes("alice " + line + "\n"), file: "senders")
  var entry = SenderEntry(uid: 1001, user: bytes("alice"), login: bytes("alice"))
  entry.isExempt = exempt
  entry.rules = parsed.entries.first?.rules ?? SenderRules()
  return entry
}

/// A repeatable source of numbers (SplitMix64), so that a failure can be seen again.
struct Numbers {
  var state: UInt64

  mutating func next(below bound: UInt64) -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return (mixed ^ (mixed >> 31)) % bound
  }
}

/// The files under Tests/Vectors/config and Tests/Vectors/senders.
enum Vectors {
  static func file(_ name: String, in directory: String = "config") -> [UInt8] {
    let file = top.appending(components: directory, name)
    return FileManager.default.contents(atPath: file.path()).map { [UInt8]($0) } ?? []
  }

  /// A file under Install.
  static func installed(_ name: String) -> [UInt8] {
    let file = top.deletingLastPathComponent().deletingLastPathComponent().appending(
      components: "Install", name)
    return FileManager.default.contents(atPath: file.path()).map { [UInt8]($0) } ?? []
  }

  /// The names of a directory's files.
  static func names(_ directory: String) throws -> Set<String> {
    Set(try FileManager.default.contentsOfDirectory(atPath: top.appending(path: directory).path()))
  }

  private static var top: URL {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Vectors")
  }

  /// Returns problems as the `.expected` files have them: `line fault`, a line each.
  static func lines(_ problems: [FileProblem]) -> String {
    problems.map { problem in
      let fault = "\(problem.fault)".prefix { $0 != "(" }
      return "\(problem.line) \(fault)\n"
    }.joined()
  }
}
