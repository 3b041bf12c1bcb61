internal import LinuxSystem
package import Policy

/// The line in the system log that a raise of limits writes.
///
///     event = "event=raise" SP "uid=" N SP "user=" name SP "by=administrator"
///             SP "until=" date-time SP "limits=" text
package struct RaiseEvent: Sendable {
  private let line: [UInt8]
  private let facility: SyslogFacility

  /// Describes what happened.
  ///
  /// - Parameters:
  ///   - raise: What is raised; nothing, from now on, if it ends by order.
  ///   - uid: The user.
  ///   - user: The name that texts show.
  ///   - facility: Where it is logged.
  package init(_ raise: Raise, uid: UInt32, user: [UInt8], facility: SyslogFacility) {
    var line: [UInt8] = []
    line.append(key: EventKey.event)
    line.append("raise")
    line.append(key: EventKey.uid)
    line.append(decimal: UInt64(uid))
    line.append(key: EventKey.user, value: user)
    line.append(key: EventKey.by)
    line.append(Suspension.Origin.administrator.rawValue)
    line.append(key: EventKey.until)
    line.append(time: raise.until)
    line.append(key: EventKey.limits)
    line.append(quoting: raise.text)
    self.line = line
    self.facility = facility
  }

  /// Sends it to the system log.
  package func log() {
    SystemLog.send(line, facility: facility.number, severity: .warning, identifier: "postern")
  }
}
