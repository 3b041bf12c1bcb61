package import Policy

/// One user's quota as `--quota-status` and `postern quota status` show it.
package struct QuotaRow: Sendable, Equatable {
  /// What is used of one limit.
  package struct Count: Sendable, Equatable {
    /// How many count as used in the window.
    package var used: UInt64
    /// How many are granted; nil = unlimited.
    package var limit: UInt32?

    /// How many are left; nil = unlimited.
    package var left: UInt64? {
      guard let limit else { return nil }
      return UInt64(limit) - min(used, UInt64(limit))
    }
  }

  /// The same resource in both windows.
  package struct Windows: Sendable, Equatable {
    package var hour: Count
    package var day: Count
  }

  package var uid: UInt32
  /// The user as texts name it: a login name or `uid:N`.
  package var user: [UInt8]
  /// The mode in force for the user.
  package var mode: Mode
  /// Why the user is suspended; nil = not suspended.
  package var suspended: [UInt8]?
  package var messages: Windows
  package var recipients: Windows
  /// Messages refused in the last 60 minutes.
  package var refusedInHour: UInt64
  /// Messages refused in the last 24 hours.
  package var refusedInDay: UInt64
  /// When a message to one recipient is granted again, in seconds since 1970; nil = it is granted
  /// now, or, where a limit is 0 or the user is suspended, never.
  package var nextFree: UInt64?
  /// When a message was last charged, in seconds since 1970; nil = not within memory.
  package var lastMessage: UInt64?

  /// Puts together what is known of one user.
  ///
  /// - Parameters:
  ///   - uid: The user.
  ///   - user: The name to show.
  ///   - entry: The user's entry in the map; nil = the user is unlisted, whose row then shows the
  ///     limits of postern.cf.
  ///   - configuration: postern.cf.
  ///   - usage: What the ledger says, aged to `now`: of the record that is charged.
  ///   - refusals: Where refusals are counted in another record, its usage.
  ///   - suspension: The suspension outside the map; nil = none.
  ///   - raise: What is raised for a time; nil = nothing.
  ///   - now: Seconds since 1970.
  package init(
    uid: UInt32, user: [UInt8], entry: SenderEntry?, configuration: Configuration, usage: Usage,
    refusals: Usage? = nil, suspension: Suspension?, raise: Raise? = nil, now: UInt64
  ) {
    let usual = entry?.limits(defaults: configuration) ?? configuration.limits
    let limits = raise?.applied(to: usual) ?? usual
    func windows(_ resource: QuotaResource) -> Windows {
      func count(_ period: QuotaPeriod) -> Count {
        let limit = limits.limit(of: resource, per: period)
        let used = usage.used(resource, per: period, limit: limit, now: now)
        return Count(used: used, limit: limit.value)
      }
      return Windows(hour: count(.hour), day: count(.day))
    }
    self.uid = uid
    self.user = user
    mode = entry?.mode(defaults: configuration) ?? configuration.mode
    suspended = entry?.suspended ?? suspension?.reason
    messages = windows(.messages)
    recipients = windows(.recipients)
    refusedInHour = usage.hour.refused + (refusals?.hour.refused ?? 0)
    refusedInDay = usage.day.refused + (refusals?.day.refused ?? 0)
    nextFree =
      entry?.suspended == nil ? Self.nextFree(after: suspension, usage, limits, now) : nil
    lastMessage = usage.lastMessage
  }

  /// How many messages can be sent before any limit is reached, each taken as one to one recipient;
  /// nil = unlimited.
  package var left: UInt64? {
    if suspended != nil { return 0 }
    return [messages.hour, messages.day, recipients.hour, recipients.day]
      .compactMap { $0.left }.min()
  }

  /// Whether anything at all happened in the last 24 hours, or the user is suspended.
  package var isActive: Bool {
    let used = [messages.hour, messages.day, recipients.hour, recipients.day].map { $0.used }
    return suspended != nil || used.contains { $0 > 0 } || refusedInHour > 0 || refusedInDay > 0
  }

  /// When neither a suspension nor a limit is in the way any more; nil = now, or never.
  private static func nextFree(
    after suspension: Suspension?, _ usage: Usage, _ limits: QuotaLimits, _ now: UInt64
  ) -> UInt64? {
    guard let suspension else { return nextFree(usage, limits, now) }
    // What the limits hold then is not known now; but one of 0 never lets anything pass.
    let isShut = QuotaResource.allCases.contains { resource in
      QuotaPeriod.allCases.contains { limits.limit(of: resource, per: $0) == .count(0) }
    }
    return isShut ? nil : suspension.until.map { max($0, nextFree(usage, limits, now) ?? 0) }
  }

  /// The latest of the times at which the limits that are reached free one message.
  private static func nextFree(_ usage: Usage, _ limits: QuotaLimits, _ now: UInt64) -> UInt64? {
    var latest: UInt64?
    for resource in QuotaResource.allCases {
      for period in QuotaPeriod.allCases {
        let limit = limits.limit(of: resource, per: period)
        let used = usage.used(resource, per: period, limit: limit, now: now)
        guard !limit.admits(used: used, requested: 1) else { continue }
        guard
          let free = usage.nextFree(for: 1, of: resource, per: period, limit: limit, now: now)
        else { return nil }
        latest = max(latest ?? free, free)
      }
    }
    return latest
  }
}
