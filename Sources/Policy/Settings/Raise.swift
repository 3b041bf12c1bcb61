/// Higher limits of one user for a time: an order of the administrator's that needs no build.
package struct Raise: Sendable, Equatable {
  /// When it ends by itself, in seconds since 1970.
  package let until: UInt64
  // Only plain numbers: it is part of the rules of each message, and copied with them.
  private var messagesPerHour: Limit?
  private var recipientsPerHour: Limit?
  private var messagesPerDay: Limit?
  private var recipientsPerDay: Limit?
  private var recipientsPerMessage: Limit?

  /// Creates one that raises nothing yet.
  ///
  /// - Parameter until: When it ends, in seconds since 1970.
  package init(until: UInt64) { self.until = until }

  /// The names of the limits that can be raised.
  package static let names = [
    "messages_per_hour", "recipients_per_hour", "messages_per_day", "recipients_per_day",
    "recipients_per_message",
  ]

  /// Takes one limit, as an entry of senders has it.
  ///
  ///     raised = name "=" (1*DIGIT / "unlimited")
  ///
  /// - Parameter word: The limit with its name.
  /// - Returns: Whether it is one.
  package mutating func take(_ word: ArraySlice<UInt8>) -> Bool {
    guard let equals = word.firstIndex(of: UInt8(ascii: "=")),
      Self.names.contains(where: { $0.utf8.elementsEqual(word[..<equals]) }),
      let setting = Setting.option(named: word[..<equals])
    else { return false }
    var rules = rules
    guard setting.read(word[(equals + 1)...], into: &rules) == nil else { return false }
    messagesPerHour = rules.messagesPerHour
    recipientsPerHour = rules.recipientsPerHour
    messagesPerDay = rules.messagesPerDay
    recipientsPerDay = rules.recipientsPerDay
    recipientsPerMessage = rules.recipientsPerMessage
    return true
  }

  /// The same as options of an entry, which the table of settings reads and writes.
  private var rules: SenderRules {
    var rules = SenderRules()
    rules.messagesPerHour = messagesPerHour
    rules.recipientsPerHour = recipientsPerHour
    rules.messagesPerDay = messagesPerDay
    rules.recipientsPerDay = recipientsPerDay
    rules.recipientsPerMessage = recipientsPerMessage
    return rules
  }

  /// Its limits, as `take` takes them, separated by spaces.
  package var text: [UInt8] {
    var text: [UInt8] = []
    let rules = rules
    for name in Self.names {
      guard let value = Setting.option(named: Array(name.utf8)[...])?.text(in: rules) else {
        continue
      }
      if !text.isEmpty { text.append(0x20) }
      text += Array(name.utf8) + [UInt8(ascii: "=")] + value
    }
    return text
  }

  /// The limits in force with it: of each the higher one, so that it can take nothing away.
  ///
  /// - Parameter limits: Those without it.
  /// - Returns: Those with it.
  package func applied(to limits: QuotaLimits) -> QuotaLimits {
    func higher(_ usual: Limit, _ raised: Limit?) -> Limit {
      guard let raised, let least = usual.value else { return usual }
      guard let value = raised.value else { return .unlimited }
      return .count(max(least, value))
    }
    return QuotaLimits(
      messagesPerHour: higher(limits.messagesPerHour, messagesPerHour),
      recipientsPerHour: higher(limits.recipientsPerHour, recipientsPerHour),
      messagesPerDay: higher(limits.messagesPerDay, messagesPerDay),
      recipientsPerDay: higher(limits.recipientsPerDay, recipientsPerDay),
      recipientsPerMessage: higher(limits.recipientsPerMessage, recipientsPerMessage))
  }
}
