/// What Postfix's cleanup(8) changes about senders after Postern has judged them.
enum SenderRewriting {
  /// The parameters that are asked for.
  static let parameters = [
    "masquerade_domains", "canonical_maps", "sender_canonical_maps", "append_dot_mydomain",
  ]

  /// Judges an instance.
  ///
  /// - Parameter values: Expanded values by name.
  /// - Returns: `name = value` of each that rewrites an address.
  static func settings(_ values: [String: String]) -> [String] {
    parameters.filter { name in
      let value = values[name] ?? ""
      return name == "append_dot_mydomain" ? value == "yes" : !value.isEmpty
    }.map { "\($0) = \(values[$0] ?? "")" }
  }

  /// The finding of doctor.
  static func finding(_ instance: PostfixInstance) -> Finding? {
    let found = settings(instance.values)
    guard !found.isEmpty else { return nil }
    let names = found.map { String($0.prefix { $0 != " " }) }
    return Finding(
      .senderRewritten,
      "Postfix changes addresses after Postern has judged them: another sender than the permitted one may leave",
      evidence: found.map { "\(instance.directory)/main.cf: \($0)" },
      remedy: names.map { name in
        "postconf \(instance.option)-e '\(name) =\(name == "append_dot_mydomain" ? " no" : "")'"
      }.joined(separator: "; "))
  }
}
