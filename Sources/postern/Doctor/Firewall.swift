internal import LinuxSystem

/// The part of a packet filter that decides about a new SMTP connection of a site to the world.
struct Firewall: Equatable {
  /// The packet in question: the first of a TCP connection.
  struct Packet: Equatable {
    let port: Int
    let userID: Int
    let groupID: Int
    let isIPv6: Bool
  }

  /// Whether a condition holds for the packet.
  enum Answer { case yes, no, unknown }

  /// A set of numbers, or all but these.
  struct Numbers: Equatable {
    var ranges: [ClosedRange<Int>]
    var isNegated = false

    func contains(_ number: Int) -> Bool { ranges.contains { $0.contains(number) } != isNegated }
  }

  /// A condition of a rule.
  enum Condition: Equatable {
    case port(Numbers)
    case user(Numbers)
    case group(Numbers)
    /// Holds or not whatever the packet is.
    case always(Bool)
    case isIPv6(Bool)
    /// What the doctor does not understand.
    case unknown

    func holds(for packet: Packet) -> Answer {
      switch self {
      case .port(let numbers): numbers.contains(packet.port) ? .yes : .no
      case .user(let numbers): numbers.contains(packet.userID) ? .yes : .no
      case .group(let numbers): numbers.contains(packet.groupID) ? .yes : .no
      case .always(let holds): holds ? .yes : .no
      case .isIPv6(let wanted): wanted == packet.isIPv6 ? .yes : .no
      case .unknown: .unknown
      }
    }
  }

  /// What a rule does with a packet.
  enum Action: Equatable {
    case accept, block, `return`, nothing
    case jump(String), goto(String)
  }

  struct Rule: Equatable {
    var conditions: [Condition]
    var action: Action
  }

  struct Chain: Equatable {
    var rules: [Rule] = []
    /// What becomes of a packet that no rule decides about; nothing in a chain that is only jumped
    /// to.
    var policy: Action = .nothing
    /// Where in the order of base chains it stands.
    var priority = 0
    /// Whether the kernel sends outgoing packets through it.
    var isOutput = false
    /// The only family of packets that it sees; nil = both.
    var isIPv6: Bool?
  }

  /// What a condition says about the owner of a packet.
  enum Owners: Equatable {
    case users(Numbers), groups(Numbers)

    func contains(_ account: Account) -> Bool {
      switch self {
      case .users(let numbers): numbers.contains(Int(account.userID))
      case .groups(let numbers): numbers.contains(Int(account.groupID))
      }
    }
  }

  /// All that rules ask about the owner of a packet.
  var owners: [Owners] {
    chains.values.flatMap(\.rules).flatMap(\.conditions).compactMap { condition in
      switch condition {
      case .user(let numbers): .users(numbers)
      case .group(let numbers): .groups(numbers)
      default: nil
      }
    }
  }

  /// The chains by name; the table is part of it.
  var chains: [String: Chain] = [:]

  /// How deep jumps are followed; the kernel itself allows 16.
  private static let depth = 16
  /// How many rules are looked at for one packet.
  private static let ruleLimit = 200_000

  /// Whether a packet is blocked for certain.
  ///
  /// Every base chain must let a packet pass, so one that blocks is enough. A rule that only may
  /// block does not count; a rule that only may accept ends the certainty.
  func blocks(_ packet: Packet) -> Bool {
    var budget = Self.ruleLimit
    let bases = chains.values.filter {
      $0.isOutput && ($0.isIPv6 ?? packet.isIPv6) == packet.isIPv6
    }
    .sorted { $0.priority < $1.priority }
    return bases.contains { walk($0, packet, depth: 0, &budget) ?? ($0.policy == .block) }
  }

  /// Walks a chain.
  ///
  /// - Returns: Whether the packet is blocked; nil if the chain comes to no decision.
  private func walk(
    _ chain: Chain, _ packet: Packet, depth: Int, _ budget: inout Int
  ) -> Bool? {
    guard depth < Self.depth else { return false }
    for rule in chain.rules {
      budget -= 1
      guard budget > 0 else { return false }
      let answers = rule.conditions.map { $0.holds(for: packet) }
      if answers.contains(.no) { continue }
      let isCertain = !answers.contains(.unknown)
      switch rule.action {
      case .nothing: continue
      case .accept: return false
      case .block:
        if isCertain { return true }
      case .return:
        return isCertain ? nil : false
      case .jump(let name), .goto(let name):
        guard let target = chains[name] else { continue }
        switch walk(target, packet, depth: depth + 1, &budget) {
        case true? where isCertain: return true
        case false?: return false
        default: break
        }
        if case .goto = rule.action, isCertain { return nil }
      }
    }
    return nil
  }
}
