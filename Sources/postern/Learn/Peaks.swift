internal import Policy

/// The limits that a user's busiest hours ask for.
struct Peaks {
  /// `messages_per_hour=50` and the like, to be proposed.
  private(set) var options: [String] = []
  /// What was far above the limit, and is only told.
  private(set) var suspicions: [String] = []

  /// More than so many times a limit is no honest site whose limit is too low.
  private static let mostTimes: UInt64 = 10

  /// Compares the busiest hour with the limits in force.
  ///
  /// - Parameters:
  ///   - tally: What the log tells.
  ///   - limits: The user's.
  init(_ tally: UserTally, _ limits: QuotaLimits) {
    add("messages_per_hour", tally.busiest.messages, limits.messagesPerHour)
    add("recipients_per_hour", tally.busiest.recipients, limits.recipientsPerHour)
  }

  private mutating func add(_ name: String, _ most: UInt64, _ limit: Limit) {
    guard case .count(let count) = limit, most > UInt64(count) else { return }
    if most > UInt64(count) * Self.mostTimes {
      suspicions.append("\(most) in one hour, and \(name) is \(count)")
    } else {
      options.append("\(name)=\(Self.rounded(most + most / 4))")
    }
  }

  /// The next number of one digit and zeros, or of a half of that.
  private static func rounded(_ number: UInt64) -> UInt64 {
    var unit: UInt64 = 1
    while unit * 10 <= number { unit *= 10 }
    let step = max(1, unit / 2)
    return (number + step - 1) / step * step
  }
}
