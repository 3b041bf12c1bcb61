internal import Policy

/// What a decision brings about besides its line in the log.
struct Consequences: Sendable {
  /// The suspension that is logged.
  var suspension: Suspension?
  /// The notice that is due.
  var notice: Notice?

  /// Logs the suspension and sends the notice.
  func send(_ log: DecisionLog) {
    if let suspension {
      OrderEvent(
        .suspend(suspension), uid: log.uid, user: log.user, facility: log.facility
      ).log()
    }
    notice?.send(log.facility)
  }
}
