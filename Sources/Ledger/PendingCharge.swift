package import Policy

/// What one change under the lock has charged.
package struct Charge: Sendable, Equatable {
  /// Whom it was charged to.
  package let uid: UInt32
  /// When, in seconds since 1970.
  package let second: UInt64
  /// What was added and can be given back: messages and recipients; zero for a refusal.
  package let counts: StepCounts
  /// The decision.
  package let decision: Decision
  /// What the user has used, this charge included.
  package let usage: Usage
  /// The notice that must be sent now; it counts as sent.
  package let notice: NoticeKind?
  /// The number of the call of the quota server that goes with it; nil = there is no such server.
  var call: UInt64?
}

/// A charge that nobody has kept or given back yet: it can be either, and only once.
///
/// One that is forgotten, like that of a process that is killed, stays charged: the error is on the
/// strict side.
package struct PendingCharge: ~Copyable {
  /// What was charged; nil = nothing, as for an exempt user.
  package let charge: Charge?
  /// The state file that it was written to; nil = none.
  private let stateFile: [UInt8]?

  init(_ charge: Charge?, in stateFile: [UInt8]?) {
    self.charge = charge
    self.stateFile = stateFile
  }

  /// The charge of a message that nobody pays for: an exempt user's.
  package static func nothing() -> PendingCharge { PendingCharge(nil, in: nil) }

  /// Leaves the message charged: the real sendmail has it, or may have it.
  package consuming func keep() {}

  /// Takes the charge back: the message was not sent.
  ///
  /// A charge that cannot be given back stays.
  package consuming func giveBack() {
    guard let charge, let stateFile else { return }
    do throws(LedgerError) {
      let ledger = try Ledger.open(path: stateFile)
      try ledger.giveBack(charge)
      if let call = charge.call {
        try ledger.giveBackShared(charge, call: call, beside: stateFile)
      }
    } catch {
      return
    }
  }
}
