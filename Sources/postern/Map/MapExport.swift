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
        summary: "print a table for local_login_sender_maps (Postfix 3.6)")
    ],
    summary: "Print the compiled map in the form of another program",
    details: """
      Postfix 3.6 and later can check the envelope sender of local mail by login name. Mail that Postern hands over comes
      from the account postern, which may use any sender; for all other users the table has the addresses of senders.db.
      @.domain has no equivalent in Postfix and is replaced by a comment. To use the table:
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
    try Output.write(lines.joined(separator: "\n") + "\n")
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
      } else if let word = word(pattern) {
        words.append(word)
      } else {
        comments.append("# \(name): \(Diagnostics.shown(pattern)) cannot be written here")
      }
    }
    return comments + (words.isEmpty ? [] : ["\(name) \(words.joined(separator: " "))"])
  }

  /// A pattern as it is; nil where it holds what would be escaped, and so would become another
  /// address.
  static func word(_ pattern: [UInt8]) -> String? {
    String(validating: pattern, as: UTF8.self).flatMap { word in
      word.unicodeScalars.allSatisfy { $0.isHarmless } ? word : nil
    }
  }

  private static func shown(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
