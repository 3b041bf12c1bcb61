internal import LinuxSystem
package import Policy

/// The line in the system log that an order about a user writes.
///
///     event = "event=" ("suspend" / "resume" / "raise") SP "uid=" N SP "user=" name SP "by=" origin
///             [SP "until=" date-time] SP ("reason=" text / "limits=" text)
package struct OrderEvent: Sendable {
  /// What was ordered.
  package enum Order: Sendable {
    /// A suspension begins.
    case suspend(Suspension)
    /// The administrator ends it.
    case resume(Suspension)
    /// Limits are raised; nothing, from now on, where a raise ends by order.
    case raise(Raise)

    fileprivate var word: String {
      switch self {
      case .suspend: "suspend"
      case .resume: "resume"
      case .raise: "raise"
      }
    }

    fileprivate var origin: Suspension.Origin {
      if case .suspend(let suspension) = self { return suspension.origin }
      return .administrator
    }

    fileprivate var until: UInt64? {
      switch self {
      case .suspend(let suspension): suspension.until
      case .resume: nil
      case .raise(let raise): raise.until
      }
    }
  }

  private let line: [UInt8]
  private let facility: SyslogFacility

  /// Describes what happened.
  ///
  /// - Parameters:
  ///   - order: What was ordered.
  ///   - uid: The user.
  ///   - user: The name that texts show.
  ///   - facility: Where it is logged.
  package init(_ order: Order, uid: UInt32, user: [UInt8], facility: SyslogFacility) {
    var line: [UInt8] = []
    line.append(key: EventKey.event)
    line.append(order.word)
    line.append(key: EventKey.uid)
    line.append(decimal: UInt64(uid))
    line.append(key: EventKey.user, value: user)
    line.append(key: EventKey.by)
    line.append(order.origin.rawValue)
    if let until = order.until {
      line.append(key: EventKey.until)
      line.append(time: until)
    }
    switch order {
    case .suspend(let suspension), .resume(let suspension):
      line.append(key: EventKey.reason)
      line.append(quoting: suspension.reason)
    case .raise(let raise):
      line.append(key: EventKey.limits)
      line.append(quoting: raise.text)
    }
    self.line = line
    self.facility = facility
  }

  /// Sends it to the system log.
  package func log() {
    SystemLog.send(line, facility: facility.number, severity: .warning, identifier: "postern")
  }
}
