internal import InternetMessage

/// The judgement: what a claim is allowed, by the entry of its user.
///
/// Reasons are looked for in a fixed order, and the first one found is the refusal: suspended,
/// unlisted, From:, Sender:, Resent-*, envelope, recipients of one message, then the quotas.
package enum Evaluation {
  /// Looks for an identity that the user may not use.
  ///
  /// - Parameters:
  ///   - claim: What the message claims.
  ///   - entry: The entry of `claim.uid`; nil = the map has none.
  ///   - configuration: With the `default_domain` in force.
  /// - Returns: Why the message is refused; nil = every identity is allowed.
  package static func identity(
    of claim: Claim, entry: SenderEntry?, configuration: Configuration
  ) -> Rejection? {
    guard let entry else { return unlisted(claim.uid) }
    let judge = IdentityJudge(claim: claim, entry: entry, configuration: configuration)
    return judge.standing() ?? judge.from() ?? judge.sender() ?? judge.resent()
      ?? judge.envelope()
  }

  /// Looks for a limit that the message would exceed.
  ///
  /// A limit is kept: a message of n recipients needs `used + n <= limit`, and 0 blocks.
  ///
  /// - Parameters:
  ///   - claim: What the message claims.
  ///   - entry: The user's entry.
  ///   - limits: The limits in force.
  ///   - usage: What the user has used, aged to `now`.
  ///   - now: Seconds since 1970.
  /// - Returns: Why the message is refused; nil = it fits.
  package static func quota(
    of claim: Claim, entry: SenderEntry, limits: QuotaLimits, usage: Usage, now: UInt64
  ) -> Rejection? {
    if entry.isExempt { return nil }
    if let rejection = recipients(of: claim, entry: entry, limits: limits) { return rejection }
    for resource in QuotaResource.allCases {
      let requested = resource == .messages ? 1 : claim.recipientCount
      for period in QuotaPeriod.allCases {
        guard case .count(let count) = limits.limit(of: resource, per: period) else { continue }
        let limit = Limit.count(count)
        let used = usage.used(resource, per: period, limit: limit, now: now)
        if limit.admits(used: used, requested: requested) { continue }
        let nextFree = usage.nextFree(
          for: requested, of: resource, per: period, limit: limit, now: now)
        let excess = QuotaExcess(
          resource: resource, period: period, used: used, limit: count, requested: requested,
          nextFree: nextFree)
        return Rejection(cause: .quota(excess), user: entry.user)
      }
    }
    return nil
  }

  /// Looks for a limit that a message which fits brings to a share of it, and that was below.
  ///
  /// - Parameters:
  ///   - percent: The share, `notify_at`; 100 and more is never looked for.
  ///   - claim: What the message claims.
  ///   - limits: The limits in force.
  ///   - usage: What the user has used before it, aged to `now`.
  ///   - now: Seconds since 1970.
  /// - Returns: The first such limit with what is used of it then; nil = none.
  package static func nearing(
    _ percent: UInt32, of claim: Claim, limits: QuotaLimits, usage: Usage, now: UInt64
  ) -> QuotaLevel? {
    guard percent < 100 else { return nil }
    for resource in QuotaResource.allCases {
      let requested: UInt64 = resource == .messages ? 1 : UInt64(claim.recipientCount)
      for period in QuotaPeriod.allCases {
        guard case .count(let limit) = limits.limit(of: resource, per: period) else { continue }
        let share = UInt64(limit) * UInt64(percent)
        let before = usage.used(resource, per: period, limit: .count(limit), now: now)
        let after = before + requested
        guard before * 100 < share, after * 100 >= share else { continue }
        return QuotaLevel(resource: resource, period: period, used: after, limit: limit)
      }
    }
    return nil
  }

  /// Looks for more recipients than one message may have.
  package static func recipients(
    of claim: Claim, entry: SenderEntry, limits: QuotaLimits
  ) -> Rejection? {
    guard case .count(let limit) = limits.recipientsPerMessage, claim.recipientCount > limit else {
      return nil
    }
    let cause = Rejection.Cause.tooManyRecipients(count: claim.recipientCount, limit: limit)
    return Rejection(cause: cause, user: entry.user)
  }

  /// Looks for a limit that the message would exceed, as a quota server sees it.
  ///
  /// - Parameters:
  ///   - answer: What that says.
  ///   - percent: How much of each limit this machine grants where it does not answer.
  ///   - claim: What the message claims.
  ///   - entry: The user's entry.
  ///   - limits: The limits in force.
  ///   - usage: What this machine has counted, aged to `now`.
  ///   - now: Seconds since 1970.
  /// - Returns: Why the message is refused; nil = it fits.
  package static func quota(
    by answer: FleetAnswer, percent: UInt32, of claim: Claim, entry: SenderEntry,
    limits: QuotaLimits, usage: Usage, now: UInt64
  ) -> Rejection? {
    switch answer {
    case .notAsked: quota(of: claim, entry: entry, limits: limits, usage: usage, now: now)
    case .granted: recipients(of: claim, entry: entry, limits: limits)
    case .exceeded(let excess): Rejection(cause: .quota(excess), user: entry.user)
    case .suspended(let reason):
      Rejection(cause: .userSuspended(reason: reason), user: entry.user)
    case .unanswered:
      quota(
        of: claim, entry: entry, limits: limits.share(percent: percent), usage: usage, now: now)
    }
  }

  /// Returns the envelope sender that the real sendmail is to be given.
  ///
  /// - Parameters:
  ///   - claim: What the message claims.
  ///   - entry: The user's entry.
  ///   - configuration: With the `default_domain` in force.
  /// - Returns: What `-f` says, with its domain, `mailer-daemon` as the null sender; without `-f`
  ///   the user's own address, else the only one of From:; nil = none, so that the message must be
  ///   refused.
  package static func reversePath(
    of claim: Claim, entry: SenderEntry, configuration: Configuration
  ) -> ReversePath? {
    IdentityJudge(claim: claim, entry: entry, configuration: configuration).reversePath()
  }

  /// Returns the refusal of a user whom the map does not know.
  private static func unlisted(_ uid: UInt32) -> Rejection {
    Rejection(cause: .userUnlisted, user: UserName.uid(uid).written)
  }
}
