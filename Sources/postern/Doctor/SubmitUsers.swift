/// Who may submit mail to Postfix around the gate: `authorized_submit_users`.
struct SubmitUsers {
  /// The account that the gate hands over as.
  static let gate = "postern"
  private static let everybody = "static:"

  private let words: [String]

  /// Takes the expanded value.
  init(_ value: String) { words = value.listWords }

  /// Tells whether Postfix lets a user submit, as its match_list(3) does: the first word that
  /// matches decides.
  ///
  /// - Parameters:
  ///   - user: The login name.
  ///   - lookUp: Whether a table `type:name`, or a list in a file, holds the user; asked in order.
  /// - Returns: Whether the user gets in.
  func permits(_ user: String, lookUp: (_ source: String, _ user: String) -> Bool) -> Bool {
    for word in words {
      let isNegated = word.hasPrefix("!")
      let pattern = String(word.drop { $0 == "!" })
      let matches =
        if pattern.hasPrefix(Self.everybody) {
          true
        } else if Self.isSource(pattern) {
          lookUp(pattern, user)
        } else {
          pattern.lowercased() == user.lowercased()
        }
      if matches { return !isNegated }
    }
    return false
  }

  /// The names, tables and files that it lists beside root and the gate.
  var extra: [String] {
    words.filter { word in
      !word.hasPrefix("!") && !word.hasPrefix(Self.everybody)
        && !["root", Self.gate].contains(word.lowercased())
    }
  }

  private static func isSource(_ word: String) -> Bool {
    word.hasPrefix("/") || word.contains(":")
  }

  /// Judges one instance.
  ///
  /// - Parameters:
  ///   - instance: The instance.
  ///   - sites: Login names that must not get in; never empty, so that "everybody" shows.
  ///   - lookUp: As for `permits`.
  /// - Returns: Who gets in beside the gate, or that the gate does not.
  static func findings(
    _ instance: PostfixInstance, sites: [String],
    lookUp: (_ source: String, _ user: String) -> Bool
  ) -> [Finding] {
    let value = instance.value("authorized_submit_users")
    let users = SubmitUsers(value)
    let evidence = ["\(instance.directory)/main.cf: authorized_submit_users = \(value)"]
    let remedy = "postconf \(instance.option)-e 'authorized_submit_users = root, \(gate)'"
    var found: [Finding] = []
    let intruders = sites.filter { users.permits($0, lookUp: lookUp) }
    if let first = intruders.first {
      let others = intruders.count > 1 ? " and \(intruders.count - 1) more" : ""
      found.append(
        Finding(
          .submitUsersOpen,
          "\(instance.directory): Postfix accepts mail from \(AnyUser.shown(Array(first.utf8)))\(others) without Postern",
          evidence: evidence, remedy: remedy))
    }
    if instance.directory == PostfixInstance.defaultDirectory,
      !users.permits(gate, lookUp: lookUp)
    {
      found.append(
        Finding(
          .submitUsersClosed,
          "Postfix refuses all mail that Postern hands over: the account \(gate) is not listed",
          evidence: evidence, remedy: remedy))
    }
    let trusted = users.extra.filter { name in !intruders.contains { $0 == name } }
    if !trusted.isEmpty, intruders.isEmpty {
      found.append(
        Finding(
          .submitUsersExtra,
          "\(instance.directory): \(trusted.joined(separator: " ")) may submit mail without Postern",
          evidence: evidence,
          remedy: "keep only accounts that no site can use; otherwise: \(remedy)"))
    }
    return found
  }
}
