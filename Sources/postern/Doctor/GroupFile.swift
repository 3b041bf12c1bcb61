/// The groups of the machine, as group(5) lists them.
enum GroupFile {
  /// A line of it.
  struct Group: Equatable {
    let name: String
    let groupID: UInt32
    let members: [String]
  }

  /// Reads the file; lines that are none are left out, as by the C library.
  ///
  ///     line = name ":" password ":" 1*DIGIT ":" [ member *( "," member ) ]
  static func parse(_ text: String) -> [Group] {
    Machine.lines(text).compactMap { line in
      let parts = line.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count == 4, let groupID = UInt32(parts[2]) else { return nil }
      return Group(
        name: String(parts[0]), groupID: groupID,
        members: parts[3].split(separator: ",").map(String.init))
    }
  }

  /// Finds a group that postconf names.
  static func group(named name: String) -> Group? {
    let text = Machine.run(["getent", "group", name])?.success ?? Machine.text("/etc/group") ?? ""
    return parse(text).first { $0.name == name }
  }

  /// Judges who is in the group that may write to the mail queue.
  static func finding(_ group: Group, trusted: Set<String>) -> Finding? {
    let strangers = group.members.filter { !trusted.contains($0) }
    guard !strangers.isEmpty else { return nil }
    return Finding(
      .postdropMember,
      "\(strangers.joined(separator: " ")) can write to Postfix's mail queue, as a member of \(group.name)",
      evidence: ["group \(group.name): \(group.members.joined(separator: ","))"],
      remedy: strangers.map { "gpasswd -d \($0) \(group.name)" }.joined(separator: "; "))
  }
}
