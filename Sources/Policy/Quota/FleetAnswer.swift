/// What the server that web servers share their quotas through says of one message.
package enum FleetAnswer: Sendable, Equatable {
  /// There is none for this user, or it was not asked: what this machine has counted decides.
  case notAsked
  /// It has granted the message; no more is asked of what this machine has counted.
  case granted
  /// The message would exceed this limit, fleet-wide.
  case exceeded(QuotaExcess)
  /// The user is suspended fleet-wide, for this reason.
  case suspended([UInt8])
  /// It did not answer: this machine's share of the limits decides.
  case unanswered
}
