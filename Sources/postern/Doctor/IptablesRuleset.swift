/// Reads what iptables-save(8) and ip6tables-save(8) print.
enum IptablesRuleset {
  private static let outputChains = ["OUTPUT", "POSTROUTING"]

  /// Reads a listing.
  ///
  ///     line = "*" table / ":" chain SP policy SP counters / "-A" SP chain *( SP option ) / "COMMIT" / "#" comment
  ///
  /// - Parameters:
  ///   - text: The listing.
  ///   - isIPv6: Which of the two it is.
  ///   - userID: Knows login names: iptables-save prints numbers, an administrator's file may not.
  /// - Returns: The chains.
  static func parse(
    _ text: String, isIPv6: Bool, userID: @escaping (String) -> Int?
  ) -> Firewall {
    var firewall = Firewall()
    var table = ""
    for line in Machine.lines(text) {
      if line.hasPrefix("*") {
        table = String(line.dropFirst()) + " "
      } else if line.hasPrefix(":") {
        let words = line.dropFirst().split(separator: " ")
        guard words.count >= 2 else { continue }
        firewall.chains[table + words[0]] = Firewall.Chain(
          policy: words[1] == "DROP" ? .block : .nothing,
          isOutput: outputChains.contains(String(words[0])), isIPv6: isIPv6)
      } else if line.hasPrefix("-A ") {
        let words = line.split(separator: " ").map(String.init)
        guard words.count > 2 else { continue }
        var reader = OptionReader(words.dropFirst(2), table: table, userID: userID)
        var rule = reader.rule()
        rule.conditions.append(.isIPv6(isIPv6))
        firewall.chains[table + words[1]]?.rules.append(rule)
      }
    }
    return firewall
  }

  /// Reads the options of one rule.
  private struct OptionReader {
    private var words: ArraySlice<String>
    private let table: String
    private let userID: (String) -> Int?
    private var conditions: [Firewall.Condition] = []
    private var action = Firewall.Action.nothing

    init(_ words: ArraySlice<String>, table: String, userID: @escaping (String) -> Int?) {
      self.words = words
      self.table = table
      self.userID = userID
    }

    mutating func rule() -> Firewall.Rule {
      var isNegated = false
      while let word = words.popFirst() {
        if word == "!" {
          isNegated = true
          continue
        }
        take(word, isNegated)
        isNegated = false
      }
      return Firewall.Rule(conditions: conditions, action: action)
    }

    private mutating func take(_ option: String, _ isNegated: Bool) {
      switch option {
      case "-p": conditions.append(.always(["tcp", "6", "all"].contains(next()) != isNegated))
      case "-o": conditions.append(next() == "lo" ? .always(isNegated) : .unknown)
      // The world is what no rule names.
      case "-d": _ = next(); conditions.append(.always(isNegated))
      case "--dport", "--dports":
        conditions.append(numbers(next(), isNegated).map { .port($0) } ?? .unknown)
      case "--uid-owner":
        conditions.append(numbers(next(), isNegated).map { .user($0) } ?? .unknown)
      case "--gid-owner":
        conditions.append(numbers(next(), isNegated).map { .group($0) } ?? .unknown)
      case "--ctstate", "--state":
        conditions.append(.always(next().split(separator: ",").contains("NEW") != isNegated))
      case "-m", "--comment", "--reject-with", "--log-prefix", "--log-level": skipValue()
      case "-j": action = target(next())
      case "-g": action = .goto(table + next())
      default: conditions.append(.unknown)
      }
    }

    private mutating func next() -> String { words.popFirst() ?? "" }

    /// A value may be quoted and hold blanks.
    private mutating func skipValue() {
      let value = next()
      guard value.hasPrefix("\""), !value.dropFirst().hasSuffix("\"") else { return }
      while let word = words.popFirst(), !word.hasSuffix("\"") {}
    }

    private func target(_ name: String) -> Firewall.Action {
      switch name {
      case "ACCEPT": .accept
      case "DROP", "REJECT": .block
      case "RETURN": .return
      case "LOG", "NFLOG", "MARK", "CONNMARK", "TRACE", "AUDIT": .nothing
      default: .jump(table + name)
      }
    }

    /// Reads numbers, ranges and names.
    ///
    ///     numbers = item *( "," item )        item = number [ ( ":" / "-" ) number ] / login
    private func numbers(_ text: String, _ isNegated: Bool) -> Firewall.Numbers? {
      var ranges: [ClosedRange<Int>] = []
      for item in text.split(separator: ",").map(String.init) {
        if let number = Int(item) ?? userID(item) {
          ranges.append(number...number)
        } else if let (low, high) = item.divided(at: ":") ?? item.divided(at: "-"),
          let low = Int(low), let high = Int(high), low <= high
        {
          ranges.append(low...high)
        } else {
          return nil
        }
      }
      return Firewall.Numbers(ranges: ranges, isNegated: isNegated)
    }
  }
}
