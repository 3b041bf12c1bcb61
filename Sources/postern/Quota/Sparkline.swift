internal import Policy

/// The messages of the last 60 minutes as a little curve, refused ones included; the newest at the
/// right.
struct Sparkline: Sendable, Equatable {
  /// Minutes that one character stands for.
  static let minutesPerCell = 5
  /// How many characters it has.
  static let width = 60 / minutesPerCell

  /// Messages by cell, the oldest first.
  let messages: [UInt64]

  /// Reads the steps of the hour's window; the 61st is older than an hour.
  init(_ hour: SlidingWindow) {
    let steps = hour.steps.prefix(Self.width * Self.minutesPerCell)
    var messages = [UInt64](repeating: 0, count: Self.width)
    for (age, step) in steps.enumerated() {
      let cell = Self.width - 1 - age / Self.minutesPerCell
      messages[cell] += UInt64(step.messages) + UInt64(step.refused)
    }
    self.messages = messages
  }

  private static let ramp = Array(" ▁▂▃▄▅▆▇█")
  private static let plainRamp = Array(" .:-=+*%#")

  /// The characters: eight heights, the greatest cell the highest, but each one message while no
  /// cell has more than 8.
  ///
  /// - Parameter isPlain: Whether only ASCII can be shown.
  /// - Returns: One a cell.
  func cells(isPlain: Bool) -> [Character] {
    let ramp = isPlain ? Self.plainRamp : Self.ramp
    let top = max(messages.max() ?? 0, 8)
    return messages.map { ramp[Int(($0 * 8 + top - 1) / top)] }
  }
}
