/// What a site finds that connects to this machine by SMTP, instead of calling sendmail.
struct LocalSMTP: Equatable {
  /// The worst of what was found decides.
  enum State: String {
    /// A server takes mail that nobody has checked.
    case open
    /// A server did not say what it would do.
    case unclear
    /// Postern's door serves the site: checked and counted as with sendmail.
    case served
    /// Nobody listens, or whoever does refuses.
    case closed
  }

  let state: State
  /// Where that was found: `127.0.0.1:25`.
  let places: [String]

  /// Sums up what was tried.
  ///
  /// - Parameter attempts: All of them.
  init(_ attempts: [SMTPExamination.Attempt]) {
    var places: [State: [String]] = [:]
    for attempt in attempts {
      places[Self.state(of: attempt.outcome), default: []].append(attempt.place)
    }
    let order: [State] = [.open, .unclear, .served]
    state = order.first { places[$0] != nil } ?? .closed
    self.places = state == .closed ? [] : places[state] ?? []
  }

  private static func state(of outcome: SMTPDialogue.Outcome) -> State {
    switch outcome {
    case .accepted: .open
    case .undecided: .unclear
    case .served: .served
    case .closed, .refused: .closed
    }
  }

  /// For people: `served by Postern on 127.0.0.1:25`.
  var text: String {
    let list = places.joined(separator: ", ")
    return switch state {
    case .open: "open on \(list)"
    case .unclear: "unclear on \(list)"
    case .served: "served by Postern on \(list)"
    case .closed: "closed"
    }
  }
}
