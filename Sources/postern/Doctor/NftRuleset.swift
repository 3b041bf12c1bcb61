/// Reads what `nft --json --numeric list ruleset` prints (libnftables-json(5)).
struct NftRuleset {
  private var firewall = Firewall()
  private var sets: [String: Firewall.Numbers] = [:]

  /// Reads a listing; nil if it is none.
  static func parse(_ text: String) -> Firewall? {
    guard let objects = JSONValue(parsing: text)?["nftables"]?.elements, !objects.isEmpty
    else { return nil }
    var ruleset = NftRuleset()
    // Rules name sets and chains that may stand behind them.
    for object in objects {
      if let set = object["set"] { ruleset.add(set: set) }
      if let chain = object["chain"] { ruleset.add(chain: chain) }
    }
    for object in objects {
      if let rule = object["rule"] { ruleset.add(rule: rule) }
    }
    return ruleset.firewall
  }

  private static func table(of object: JSONValue) -> String? {
    guard let family = object["family"]?.text, let table = object["table"]?.text else { return nil }
    return "\(family) \(table) "
  }

  private mutating func add(set: JSONValue) {
    guard let table = Self.table(of: set), let name = set["name"]?.text,
      let numbers = numbers(.object(["set": set["elem"] ?? .array([])]), table: table)
    else { return }
    sets[table + "@" + name] = numbers
  }

  private mutating func add(chain: JSONValue) {
    guard let table = Self.table(of: chain), let name = chain["name"]?.text else { return }
    let isOutgoing = ["output", "postrouting"].contains(chain["hook"]?.text)
    let isOfIP = ["ip ", "ip6 ", "inet "].contains { table.hasPrefix($0) }
    firewall.chains[table + name] = Firewall.Chain(
      policy: chain["policy"]?.text == "drop" ? .block : .nothing,
      priority: chain["prio"]?.integer ?? 0, isOutput: isOutgoing && isOfIP,
      isIPv6: table.hasPrefix("ip ") ? false : table.hasPrefix("ip6 ") ? true : nil)
  }

  private mutating func add(rule: JSONValue) {
    guard let table = Self.table(of: rule), let chain = rule["chain"]?.text else { return }
    var conditions: [Firewall.Condition] = []
    if table.hasPrefix("ip ") { conditions.append(.isIPv6(false)) }
    if table.hasPrefix("ip6 ") { conditions.append(.isIPv6(true)) }
    var rules: [Firewall.Rule] = []
    for expression in rule["expr"]?.elements ?? [] {
      guard case .object(let members) = expression, let (name, value) = members.first else {
        continue
      }
      if name == "match" {
        conditions.append(condition(value, table: table))
      } else if name == "vmap" {
        rules += verdictMap(value, conditions, table: table)
      } else if let action = Self.action(name, value, table: table) {
        rules.append(Firewall.Rule(conditions: conditions, action: action))
      } else if !Self.withoutEffect.contains(name) {
        conditions.append(.unknown)
      }
    }
    firewall.chains[table + chain]?.rules += rules
  }

  /// Statements that let every packet go on to the next one.
  private static let withoutEffect: Set<String> = ["counter", "log", "comment", "mangle"]

  private static func action(
    _ name: String, _ value: JSONValue, table: String
  ) -> Firewall.Action? {
    switch name {
    case "accept": .accept
    case "drop", "reject": .block
    case "return": .return
    case "jump": value["target"]?.text.map { .jump(table + $0) }
    case "goto": value["target"]?.text.map { .goto(table + $0) }
    default: nil
    }
  }

  /// A map from values to actions, as one rule for each value.
  private func verdictMap(
    _ map: JSONValue, _ conditions: [Firewall.Condition], table: String
  ) -> [Firewall.Rule] {
    guard let key = map["key"] else { return [] }
    return (map["data"]?["set"]?.elements ?? []).compactMap { pair in
      guard pair.elements.count == 2, case .object(let members) = pair.elements[1],
        let (name, value) = members.first,
        let action = Self.action(name, value, table: table)
      else { return nil }
      let match = JSONValue.object(["op": .string("=="), "left": key, "right": pair.elements[0]])
      return Firewall.Rule(
        conditions: conditions + [condition(match, table: table)], action: action)
    }
  }

  private func condition(_ match: JSONValue, table: String) -> Firewall.Condition {
    guard let left = match["left"], let right = match["right"], let op = match["op"]?.text,
      ["==", "!=", "in"].contains(op)
    else { return .unknown }
    let isNegated = op == "!="
    func numbered(_ make: (Firewall.Numbers) -> Firewall.Condition) -> Firewall.Condition {
      guard var numbers = numbers(right, table: table) else { return .unknown }
      numbers.isNegated = isNegated
      return make(numbers)
    }
    if let key = left["meta"]?["key"]?.text {
      switch key {
      case "skuid": return numbered(Firewall.Condition.user)
      case "skgid": return numbered(Firewall.Condition.group)
      case "l4proto": return .always(names("tcp", 6, right) != isNegated)
      case "oifname", "oif": return names("lo", 1, right) ? .always(isNegated) : .unknown
      case "nfproto":
        if names("ipv4", 2, right) { return .isIPv6(isNegated) }
        return names("ipv6", 10, right) ? .isIPv6(!isNegated) : .unknown
      default: return .unknown
      }
    }
    if let payload = left["payload"] {
      return self.payload(payload, right, isNegated, numbered)
    }
    // A new connection is neither established nor related.
    if left["ct"]?["key"]?.text == "state" {
      return .always(names("new", 8, right) != isNegated)
    }
    return .unknown
  }

  private func payload(
    _ payload: JSONValue, _ right: JSONValue, _ isNegated: Bool,
    _ numbered: ((Firewall.Numbers) -> Firewall.Condition) -> Firewall.Condition
  ) -> Firewall.Condition {
    switch (payload["protocol"]?.text, payload["field"]?.text) {
    case ("tcp", "dport"), ("th", "dport"): numbered(Firewall.Condition.port)
    case ("udp", _), ("icmp", _), ("icmpv6", _): .always(false)
    case ("ip", "protocol"), ("ip6", "nexthdr"): .always(names("tcp", 6, right) != isNegated)
    // The world is what no rule names.
    case ("ip", "daddr"), ("ip6", "daddr"): .always(isNegated)
    default: .unknown
    }
  }

  /// Whether a value is, or holds, a constant: by name, or by number with `--numeric`.
  private func names(_ name: String, _ number: Int, _ value: JSONValue) -> Bool {
    let values = value["set"]?.elements ?? (value.elements.isEmpty ? [value] : value.elements)
    return values.contains { $0.text == name || $0.integer == number }
  }

  /// Numbers, ranges and sets of them; nil if something else is among them.
  private func numbers(_ value: JSONValue, table: String) -> Firewall.Numbers? {
    if let name = value.text { return name.hasPrefix("@") ? sets[table + name] : nil }
    let values = value["set"].map { $0.elements.isEmpty ? [$0] : $0.elements } ?? [value]
    var ranges: [ClosedRange<Int>] = []
    for value in values {
      let element = value["elem"]?["val"] ?? value
      if let number = element.integer {
        ranges.append(number...number)
      } else if let ends = element["range"]?.elements, ends.count == 2,
        let low = ends[0].integer, let high = ends[1].integer, low <= high
      {
        ranges.append(low...high)
      } else if case .array(let elements) = element, elements.isEmpty {
        continue
      } else {
        return nil
      }
    }
    return Firewall.Numbers(ranges: ranges)
  }
}
