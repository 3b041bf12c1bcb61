internal import InternetMessage
internal import LinuxSystem
package import Policy

/// One message on its way through the gate: the same way from standard input and from SMTP.
package struct Transaction: Sendable {
  /// Whose mail it is.
  package let site: Site
  /// What the command line, or the SMTP envelope, asks for.
  package let invocation: Invocation
  /// The command line that Postfix alone would have got; `mode = audit` hands it over.
  private let argv: [[UInt8]]
  private var record: DecisionRecord

  /// How a message's way ended.
  package enum Outcome {
    /// The real sendmail has it.
    case taken
    /// The real sendmail was run and ended with this status; nothing is charged.
    case failed(status: Int32)
    /// It was not handed over.
    case refused(Refusal)
  }

  /// Prepares the way of one message.
  ///
  /// - Parameters:
  ///   - invocation: What the command line asks for.
  ///   - argv: The command line itself, argv[0] included.
  ///   - site: Whose mail it is.
  package init(_ invocation: Invocation, argv: [[UInt8]], _ site: Site) {
    self.invocation = invocation
    self.argv = argv
    self.site = site
    record = DecisionRecord(uid: site.uid)
    record.describe(site)
  }

  /// Reads, judges, charges, logs and hands over the message.
  ///
  /// - Parameters:
  ///   - input: The message as the caller sends it.
  ///   - way: `exec` does not return where the message is taken.
  /// - Returns: How it ended; it is logged by then, and charged only where it was taken.
  package mutating func submit<Source: MessageSource & ~Copyable>(
    _ input: inout Source, by way: HandoffKind
  ) -> Outcome {
    do throws(Refusal) {
      let message = try receive(&input)
      let draft = read(message.header)
      switch try Judgement(site: site).judge(draft, &record) {
      case .permit(let draft, let charge):
        let header = draft.editedHeader(invocation, site, time: Clock.seconds())
        let letter = try Delivery.seal(message, header: header, charge, site)
        return try Delivery(handoff(draft), charge, site).run(letter, by: way, record, nil)
      case .audit(let refusal, let charge):
        let letter = try Delivery.sealOriginal(message, charge, site)
        return try Delivery(originalHandoff, charge, site).run(letter, by: way, record, refusal)
      }
    } catch {
      record.log(.reject, error)
      return .refused(error)
    }
  }

  private mutating func receive<Source: MessageSource & ~Copyable>(
    _ input: inout Source
  ) throws(Refusal) -> Intake {
    do {
      let message = try Intake(
        reading: &input, dotEndsInput: invocation.dotEndsInput, sizes: site.sizes,
        keepsOriginal: site.mode == .audit)
      record.byteCount = message.byteCount
      return message
    } catch {
      if error.isTooLarge { Judgement.countRefusal(of: site) }
      throw .intake(error)
    }
  }

  private mutating func read(_ header: [UInt8]) -> Result<Draft, Refusal> {
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

  private func handoff(_ draft: Draft) -> Handoff {
    Handoff(
      path: site.configuration.sendmailPath, invocation: invocation,
      reversePath: draft.reversePath, fullName: draft.fullName,
      recipients: draft.envelope.recipients)
  }

  private var originalHandoff: Handoff {
    Handoff(
      path: site.configuration.sendmailPath, original: argv, invocation: invocation,
      login: site.login, fullName: site.entry?.fullName ?? [])
  }
}
