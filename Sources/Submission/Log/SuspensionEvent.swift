internal import LinuxSystem
package import Policy

/// The line in the system log that a suspension or its end writes.
///
///     event = ("event=suspend" / "event=resume") SP "uid=" N SP "user=" name SP "by=" origin
///             [SP "until=" date-time] SP "reason=" text
package struct SuspensionEvent: Sendable {
  private let line: [UInt8]
  private let facility: SyslogFacility

  /// Describes what happened.
  ///
  /// - Parameters:
  ///   - suspension: The suspension that begins or ends.
  ///   - isEnd: Whether it ends, by the administrator's hand.
  ///   - uid: The user.
  ///   - user: The name that texts show.
  ///   - facility: Where it is logged.
  package init(
    _ suspension: Suspension, isEnd: Bool, uid: UInt32, user: [UInt8], facility: SyslogFacility
  ) {
    let origin: Suspension.Origin = isEnd ? .administrator : suspension.origin
    var line: [UInt8] = []
    line.append(key: EventKey.event)
    line.append(isEnd ? "resume" : "suspend")
    line.append(key: EventKey.uid)
    line.append(decimal: UInt64(uid))
    line.append(key: EventKey.user, value: user)
    line.append(key: EventKey.by)
    line.append(origin.rawValue)
    if !isEnd, let until = suspension.until {
      line.append(key: EventKey.until)
      line.append(time: until)
    }
    line.append(key: EventKey.reason)
    line.append(quoting: suspension.reason)
    self.line = line
    self.facility = facility
  }

  /// Sends it to the system log.
  package func log() {
    SystemLog.send(line, facility: facility.number, severity: .warning, identifier: "postern")
  }
}
