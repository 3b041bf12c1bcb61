internal import LinuxSystem
internal import Policy

/// What stands at `/usr/sbin/sendmail` after `Install/install --divert`: it belongs to root, has no
/// set-id bit, and becomes one of two programs beside it.
///
///     root, and the account postern → real-sendmail   Postfix's own, a link that root has laid
///     everybody else                → sendmail        the gate
///
/// Root must never execute a set-uid gate, because the account postern, to which it belongs, could
/// replace what is in it. The gate hands over with postern's real UID: were its `sendmail_path`
/// still `/usr/sbin/sendmail`, it would meet itself here for ever. Both are the accounts of
/// `authorized_submit_users`, so neither gains anything.
///
/// Arguments (`argv[0]` decides between sendmail, mailq and newaliases), environment, descriptors
/// and signals pass as they came. Only a process whose IDs differ arrives without its environment
/// (SecureStart), since the Swift runtime would read the caller's `SWIFT_` variables in it;
/// Postfix's sendmail believes nothing in it there either.
enum Dispatch {
  /// Becomes the right program.
  ///
  /// - Returns: The exit status, if that cannot be done; it has been said and logged why.
  static func run() -> Int32 {
    let caller = Credentials.current()
    do throws(DispatchError) {
      let home = try Home()
      let isRoot = caller.realUserID == 0
      let isGate = isRoot ? false : try home.isGate(caller)
      if isRoot || isGate {
        try home.requireTrustedRealSendmail()
        try become(home.realSendmail)
      }
      // A set-uid program of root that runs sendmail for its caller: without the set-uid bit
      // (nosuid) the gate would keep root's effective UID.
      if caller.isPrivileged { try giveBackPrivilege() }
      try become(home.gate)
    } catch {
      return refuse(error, userID: caller.realUserID)
    }
  }

  private static func become(_ program: [UInt8]) throws(DispatchError) -> Never {
    do { try Execution.becomeUnchanged(program) } catch {
      throw .unusable(path: program, error)
    }
  }

  private static func giveBackPrivilege() throws(DispatchError) {
    do { try Credentials.becomeReal() } catch { throw .privilege(error) }
  }

  /// One line on standard error, one in the system log, as every refusal of the gate has them.
  private static func refuse(_ error: DispatchError, userID: UInt32) -> Int32 {
    let reason = ReasonCode.configInvalid
    SystemLog.send(
      Array("verdict=reject reason=\(reason.rawValue) uid=\(userID)".utf8), facility: mailFacility,
      severity: .error)
    StandardError.write(
      Array("sendmail: refused (\(reason.rawValue)): \(error.text); tell the administrator\n".utf8))
    return reason.exitStatus
  }

  /// LOG_MAIL, syslog(3).
  ///
  /// postern.cf, which could name another one, is not readable for the caller.
  private static let mailFacility: Int32 = 2
}
