import Policy

/// What the state file must do, written as plainly as it can be: every grant with its second.
///
/// Seconds are those that have passed, whatever the clock said. Each time the clock was set back may
/// cost one step of the window: where in its step a grant was is not known any more.
struct ReferenceModel {
  var grants: [Int: (second: UInt64, messages: UInt64, recipients: UInt64)] = [:]
  var setBacks: UInt64 = 0

  /// Whether a request must be refused, so that no 60 minutes, or 24 hours, hold more than the limit;
  /// and whether it may be, since a strict window that is one step longer would hold too much.
  func judge(_ request: Request) -> (must: Bool, may: Bool) {
    let (seconds, step): (UInt64, UInt64) = request.period == .hour ? (3_600, 60) : (86_400, 3_600)
    let slack = setBacks * step
    func isTooMuch(within seconds: UInt64) -> Bool {
      let recent = grants.values.filter { $0.second + seconds > request.second }
      return recent.reduce(request.amount) {
        $0 + (request.resource == .messages ? $1.messages : $1.recipients)
      } > request.limit
    }
    return (
      isTooMuch(within: seconds - min(slack, seconds)), isTooMuch(within: seconds + step + slack)
    )
  }
}

/// One message under one limit.
struct Request {
  let resource: QuotaResource
  let period: QuotaPeriod
  let limit: UInt64
  let amount: UInt64
  let second: UInt64
}
