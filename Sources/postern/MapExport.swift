internal import InternetMessage
internal import LinuxSystem
internal import Policy
internal import Submission

/// `postern map export --postfix`: the map as Postfix's own second lock.
enum MapExport {
  static let command = Command(
    group: "map", name: "export", operands: "", operandCount: 0...0,
    flags: [
      .init(
        name: "--postfix", isRequired: true,
        summary: "as a table for local_login_sender_maps (Postfix 3.6)")
    ],
    summary: "Print the compiled map in another program's form",
    details: """
      Postfix checks the envelope sender of local submission by login name. What Postern hands over comes from the account
      postern, which may therefore use any sender; for all others the table repeats what senders.db says. @.domain has no
      counterpart there and is left out, with a comment. Use it as
      postern map export --postfix > /etc/postfix/login_senders && postmap /etc/postfix/login_senders
      postconf -e local_login_sender_maps=hash:/etc/postfix/login_senders
      """,
    run: run)

  private static func run(_ arguments: Arguments) throws(ToolFailure) {
    let setup = try Setup.current()
    try setup.requireAdministrator(command.call)
    let map = try setup.readMap()
    var lines = ["# Made by 'postern map export --postfix'.", "postern *"]
    let names = Set(map.entries.map(\.login))
    if !names.contains(Array("root".utf8)) { lines.append("root *") }
    let sorted = map.entries.sorted { $0.uid < $1.uid }
    for entry in sorted where entry.login != Array("postern".utf8) {
      lines += Self.lines(of: entry)
    }
    try Tool.print(lines.joined(separator: "\n") + "\n")
  }

  private static func lines(of entry: SenderEntry) -> [String] {
    let name = entry.login.isEmpty ? "uid:\(entry.uid)" : shown(entry.login)
    if entry.suspended != nil { return ["# \(name) is suspended"] }
    if entry.isExempt { return ["\(name) *"] }
    var words: [String] = []
    var comments: [String] = []
    var seen: Set<[UInt8]> = []
    let own = entry.defaultAddress.map(\.canonical)
    for pattern in [own ?? []] + entry.patterns.map(\.written)
    where !pattern.isEmpty && seen.insert(pattern).inserted {
      if pattern.starts(with: Array("@.".utf8)) {
        comments.append("# \(name): \(shown(pattern)) has no counterpart in Postfix")
      } else {
        words.append(shown(pattern))
      }
    }
    return comments + (words.isEmpty ? [] : ["\(name) \(words.joined(separator: " "))"])
  }

  private static func shown(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
