internal import Ledger
internal import LinuxSystem
internal import Policy
internal import Submission

/// The suspensions of this machine's users beside those of the fleet.
struct SuspensionCopy {
  /// What the fleet is told of: an automatic suspension of this machine.
  struct News {
    let name: [UInt8]
    let suspension: Suspension
    /// What is left of it; nil = it has no end.
    let seconds: UInt64?
  }

  let map: MapContents

  /// Finds the automatic suspensions of this machine.
  ///
  /// A user without a login name of the fleet goes by the group, unless others here share it.
  func automatic(_ ledger: borrowing Ledger) throws(LedgerError) -> [News] {
    var members: [[UInt8]: Int] = [:]
    for entry in map.entries { entry.rules.quotaGroup.map { members[$0.name, default: 0] += 1 } }
    let finder = UserFinder(map.entries)
    let now = Clock.seconds()
    var news: [News] = []
    for (uid, suspension) in try ledger.suspensions.all() where suspension.origin == .automatic {
      guard let entry = finder.entry(of: uid) else { continue }
      let names = FleetNames(of: entry, map.configuration)
      let group = names.group.flatMap { members[$0] == 1 ? $0 : nil }
      guard let name = names.login ?? group else { continue }
      news.append(
        News(
          name: name, suspension: suspension,
          seconds: suspension.until.map { max($0, now + 1) - now }))
    }
    return news
  }

  /// Brings the copies up to date.
  ///
  /// - Parameters:
  ///   - shared: What the fleet's server says.
  ///   - ledger: The state file.
  /// - Returns: What could not be done, for people.
  func follow(_ shared: SharedSuspensions, in ledger: borrowing Ledger) -> [String] {
    let now = Clock.seconds()
    let finder = UserFinder(map.entries)
    var complaints: [String] = []
    var wanted: [UInt32: Suspension] = [:]
    for entry in map.entries {
      let found = FleetNames(of: entry, map.configuration).all.compactMap { shared.byName[$0] }
      let longest = found.max { ($0.until ?? .max) < ($1.until ?? .max) }
      wanted[entry.uid] = longest.map { Self.copy($0, clock: shared.clock, now: now) }
    }
    do throws(LedgerError) {
      var users = Set(wanted.keys)
      for (uid, suspension) in try ledger.suspensions.all() where suspension.origin == .fleet {
        users.insert(uid)
      }
      for uid in users.sorted() {
        do throws(LedgerError) {
          try follow(wanted[uid], of: finder.user(uid: uid), in: ledger)
        } catch {
          complaints += ToolFailure(error).lines.map { String($0.dropFirst("postern: ".count)) }
        }
      }
    } catch {
      complaints += ToolFailure(error).lines.map { String($0.dropFirst("postern: ".count)) }
    }
    return complaints
  }

  private func follow(
    _ suspension: Suspension?, of user: NamedUser, in ledger: borrowing Ledger
  ) throws(LedgerError) {
    let former = try ledger.suspensions.suspension(of: user.uid)
    guard try ledger.follow(suspension, of: user.uid, record: user.recordUID) else { return }
    let order: OrderEvent.Order
    if let suspension {
      order = .suspend(suspension)
    } else if let former {
      order = .resume(former)
    } else {
      return
    }
    OrderEvent(
      order, uid: user.uid, user: user.name, facility: map.configuration.syslogFacility
    ).log()
  }

  /// The same times by this machine's clock: what is left counts, not what the clocks say.
  private static func copy(_ suspension: Suspension, clock: UInt64, now: UInt64) -> Suspension {
    func here(_ time: UInt64) -> UInt64 {
      time >= clock
        ? now + min(time - clock, .max - now)
        : now - min(now, clock - time)
    }
    return Suspension(
      since: here(suspension.since), until: suspension.until.map { max(here($0), now + 1) },
      origin: .fleet, reason: suspension.reason)
  }
}

extension Engine {
  /// Tells the fleet of the suspensions of this machine; those that are there stay.
  mutating func tell(_ news: [SuspensionCopy.News]) throws(EngineFault) {
    for item in news {
      _ = try suspend(item.name, by: item.suspension, for: item.seconds, replacing: false)
    }
  }
}
