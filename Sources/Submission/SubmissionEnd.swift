internal import Ledger
internal import LinuxSystem
internal import Policy

/// The last steps, after the decision.
extension Submission {
  /// Hands a message over; what Postfix did not take is not charged, as far as that is known.
  ///
  /// - Parameters:
  ///   - letter: The sealed message.
  ///   - handoff: The real sendmail and its arguments.
  ///   - charge: What was charged; nil for exempt users.
  ///   - site: Whose mail it is.
  /// - Returns: The exit status (`handoff = supervise`).
  /// - Throws: `Refusal.handoff`: nothing was sent, and the charge is given back.
  static func handOver(
    _ letter: consuming FileDescriptor, _ handoff: Handoff, _ charge: Charge?, _ site: Site
  ) throws(Refusal) -> Int32 {
    let status: Int32
    do {
      switch site.configuration.handoff {
      case .exec: try handoff.execute(letter)
      case .supervise: status = try handoff.supervise(letter)
      }
    } catch {
      giveBack(charge, site)
      throw .handoff(error)
    }
    guard status != 0 else { return 0 }
    giveBack(charge, site)
    guard status == temporaryFailure else { return status }
    // PHP takes 75 for success, and the mail would be lost unseen.
    StandardError.write([UInt8]("\(Diagnostics.postfixDeferred)\n".utf8))
    return unavailable
  }

  /// `EX_TEMPFAIL` and `EX_UNAVAILABLE` of sysexits.h.
  private static let temporaryFailure: Int32 = 75
  private static let unavailable: Int32 = 69

  /// A charge that cannot be given back stays: the error is on the strict side.
  private static func giveBack(_ charge: Charge?, _ site: Site) {
    guard let charge else { return }
    do throws(LedgerError) {
      let ledger = try Ledger.open(path: site.configuration.quotaFile)
      try ledger.giveBack(charge)
    } catch {
      return
    }
  }

  /// Ends a checked message; if that fails nothing is sent, so nothing is charged.
  static func seal(
    _ message: consuming Intake, header: [UInt8], _ charge: Charge?, _ site: Site
  ) throws(Refusal) -> FileDescriptor {
    do { return try message.seal(header: header) } catch {
      giveBack(charge, site)
      throw .intake(error)
    }
  }

  /// Ends a message that `mode = audit` lets pass as it came.
  static func sealOriginal(
    _ message: consuming Intake, _ charge: Charge?, _ site: Site
  ) throws(Refusal) -> FileDescriptor {
    do { return try message.sealOriginal() } catch {
      giveBack(charge, site)
      throw .intake(error)
    }
  }

  /// Prints the caller's own row; `postern quota status` serves ordinary users with it.
  ///
  /// - Parameter site: The caller's.
  /// - Returns: 0.
  /// - Throws: `Refusal.ledger` if the state file cannot be read.
  static func reportQuota(of site: Site) throws(Refusal) -> Int32 {
    let usage: Usage
    do throws(LedgerError) {
      let ledger = try Ledger.open(path: site.configuration.quotaFile)
      usage = try ledger.usage(uid: site.uid)
    } catch {
      throw .ledger(error)
    }
    let row = QuotaRow(
      uid: site.uid, user: site.user, entry: site.entry, configuration: site.configuration,
      usage: usage, now: Clock.seconds())
    do { try StandardOutput.write(row.json + [Byte.lineFeed]) } catch { throw .system(error) }
    return 0
  }
}
