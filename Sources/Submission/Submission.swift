internal import InternetMessage
internal import Ledger
internal import LinuxSystem
internal import Policy

/// sendmail's behaviour, end to end.
///
///     argv, stdin → Invocation → Intake (canonical message + HeaderSection) → Envelope → Claim
///                 → Ledger.charge { usage → Decision } → Handoff (exec)
package enum Submission {
  /// Serves one call of the drop-in.
  ///
  /// A permitted message does not return with `handoff = exec`: this process becomes the real sendmail.
  ///
  /// - Returns: The exit status of a refusal, of `--quota-status` or of the supervised real sendmail.
  package static func run() -> Int32 {
    var record = DecisionRecord(uid: Credentials.current().realUserID)
    do throws(Refusal) {
      let caller = try Caller.takeOver()
      let site = try Site(of: caller.uid, in: caller.configuration)
      record.describe(site)
      let argv = ProcessArguments.bytes()
      let invocation = try understand(argv)
      switch invocation.mode {
      case .deliver: return try submit(invocation, argv, site, &record)
      case .quotaStatus: return try reportQuota(of: site)
      default: throw .command(.unsupportedOption(invocation.mode.option))
      }
    } catch {
      record.log(.reject, error.reason)
      StandardError.write([UInt8]("\(Diagnostics.line(for: error))\n".utf8))
      return error.reason.exitStatus
    }
  }

  private static func understand(_ argv: [[UInt8]]) throws(Refusal) -> Invocation {
    do { return try Invocation.parse(argv) } catch { throw .command(error) }
  }

  /// Reads, judges, charges and hands over one message.
  private static func submit(
    _ invocation: Invocation, _ argv: [[UInt8]], _ site: Site, _ record: inout DecisionRecord
  ) throws(Refusal) -> Int32 {
    let message = try receive(invocation, site)
    record.byteCount = message.byteCount
    let draft = read(invocation, header: message.header, site, &record)
    switch try Judgement(site: site).judge(draft, &record) {
    case .permit(let draft, let charge):
      let header = draft.editedHeader(invocation, site, time: Clock.seconds())
      let letter = try seal(message, header: header, charge, site)
      record.log(.permit, nil)
      let handoff = Handoff(
        path: site.configuration.sendmailPath, invocation: invocation,
        reversePath: draft.reversePath, fullName: draft.fullName,
        recipients: draft.envelope.recipients)
      return try handOver(letter, handoff, charge, site)
    case .audit(let refusal, let charge):
      let letter = try sealOriginal(message, charge, site)
      record.log(.audit, refusal.reason)
      let handoff = Handoff(
        path: site.configuration.sendmailPath, original: argv, invocation: invocation,
        login: site.login, fullName: site.entry?.fullName ?? [])
      return try handOver(letter, handoff, charge, site)
    }
  }

  /// Reads the message; a probe (`-bv`) has none, and Postfix does not wait for one.
  private static func receive(
    _ invocation: Invocation, _ site: Site
  ) throws(Refusal) -> Intake {
    var input: FileDescriptor
    do {
      input =
        invocation.verifyOnly
        ? try FileDescriptor.open(path: "/dev/null") : FileDescriptor.standardInput
    } catch {
      throw .system(error)
    }
    do {
      return try Intake(
        reading: &input, dotEndsInput: invocation.dotEndsInput, sizes: site.sizes,
        keepsOriginal: site.mode == .audit)
    } catch {
      if error.isTooLarge { Judgement.countRefusal(of: site) }
      throw .intake(error)
    }
  }

  private static func read(
    _ invocation: Invocation, header: [UInt8], _ site: Site, _ record: inout DecisionRecord
  ) -> Result<Draft, Refusal> {
    let section: HeaderSection
    do { section = try HeaderSection(parsing: header) } catch {
      return .failure(.message(error))
    }
    record.describe(section)
    let reading: Result<Draft, Refusal>
    do { reading = .success(try Draft(invocation, section, site)) } catch {
      reading = .failure(error)
    }
    record.describe(reading)
    return reading
  }
}
