internal import Ledger
internal import LinuxSystem
internal import Policy

/// The last steps of a message that was permitted and charged.
///
/// What Postfix did not take is not charged, as far as that is known.
struct Delivery {
  private let handoff: Handoff
  private let charge: Charge?
  private let site: Site

  /// Prepares the last steps.
  ///
  /// - Parameters:
  ///   - handoff: The real sendmail and its arguments.
  ///   - charge: What was charged; nil for exempt users.
  ///   - site: Whose mail it is.
  init(_ handoff: Handoff, _ charge: Charge?, _ site: Site) {
    self.handoff = handoff
    self.charge = charge
    self.site = site
  }

  /// Logs the message and hands it over.
  ///
  /// The line comes first, also under supervision: its caller can kill whoever waits for the real sendmail, and the
  /// message would be on its way without one. A hand-over that fails adds a line of its own.
  ///
  /// Postfix must see postern. This process itself has the caller's real UID until it becomes the real sendmail, so
  /// that whoever waits, for input or for the end of the real sendmail, counts against its caller's limit of processes.
  ///
  /// - Parameters:
  ///   - letter: The sealed message.
  ///   - way: Whether to become the real sendmail or to wait for it.
  ///   - record: What is logged.
  ///   - lifted: The refusal that `mode = audit` has lifted.
  /// - Returns: How it ended (`supervise`).
  /// - Throws: `Refusal`: nothing was sent, and the charge is given back; both unless `Refusal.mayBeSent`.
  func run(
    _ letter: consuming FileDescriptor, by way: HandoffKind, _ record: DecisionRecord,
    _ lifted: Refusal?
  ) throws(Refusal) -> Transaction.Outcome {
    do throws(Refusal) {
      return try hand(over: letter, by: way, record, lifted)
    } catch {
      if !error.mayBeSent { giveBack() }
      throw error
    }
  }

  private func hand(
    over letter: consuming FileDescriptor, by way: HandoffKind, _ record: DecisionRecord,
    _ lifted: Refusal?
  ) throws(Refusal) -> Transaction.Outcome {
    let verdict = lifted == nil ? DecisionVerdict.permit : .audit
    do throws(HandoffError) {
      try handoff.requireTrustedProgram()
      record.log(verdict, lifted)
      switch way {
      case .exec: try handoff.execute(letter)
      case .supervise:
        let status = try handoff.supervise(letter)
        guard status == 0 else {
          record.log(failedWith: status)
          giveBack()
          return .failed(status: status)
        }
        return .taken
      }
    } catch {
      throw .handoff(error)
    }
  }

  /// A charge that cannot be given back stays: the error is on the strict side.
  private func giveBack() { Self.giveBack(charge, site) }

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
}
