internal import InternetMessage
internal import Ledger
internal import LinuxSystem
package import Policy

/// One message on its way through the gate: the same way from standard input and from SMTP.
package struct Transaction: Sendable {
  /// Whose mail it is: what is laid down at the moment of the decision.
  package private(set) var site: Site
  /// What the command line, or the SMTP envelope, asks for.
  package let invocation: Invocation
  /// The command line that Postfix alone would have got; `mode = audit` hands it over.
  private let argv: [[UInt8]]
  private let isRehearsal: Bool
  var record: DecisionRecord
  /// In a rehearsal: the header section as it was read, as far as the message came.
  private(set) var section: HeaderSection?
  /// In a rehearsal: what the message claims, and from its permission on what is settled about it.
  private(set) var draft: Draft?

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
  ///   - isRehearsal: Whether nothing is to be charged or counted.
  package init(
    _ invocation: Invocation, argv: [[UInt8]], _ site: Site, isRehearsal: Bool = false
  ) {
    self.invocation = invocation
    self.argv = argv
    self.site = site
    self.isRehearsal = isRehearsal
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
      let parcel = try prepare(&input)
      return try Delivery(parcel.handoff, parcel.charge, site)
        .run(parcel.letter, by: way, record, parcel.lifted)
    } catch {
      record.log(.reject, error)
      record.sendConsequences()
      return .refused(error)
    }
  }

  /// A message that may go: what the real sendmail gets.
  struct Parcel: ~Copyable {
    let letter: FileDescriptor
    /// The header section that the letter begins with; nil = as it came.
    let header: [UInt8]?
    let handoff: Handoff
    /// What was charged; nil for exempt users.
    let charge: Charge?
    /// The refusal that `mode = audit` has lifted.
    let lifted: Refusal?
  }

  /// Reads, judges and charges the message.
  ///
  /// - Parameter input: The message as the caller sends it.
  /// - Returns: What is to be handed over.
  /// - Throws: `Refusal`, counted and not charged.
  mutating func prepare<Source: MessageSource & ~Copyable>(
    _ input: inout Source
  ) throws(Refusal) -> Parcel {
    let message = try receive(&input)
    site = try site.renewed()
    record.describe(site)
    let reading = read(message.header)
    switch try Judgement(site: site, isRehearsal: isRehearsal).judge(reading, &record) {
    case .permit(let draft, let charge):
      if isRehearsal { self.draft = draft }
      let header = draft.editedHeader(invocation, site, time: Clock.seconds())
      let letter = try Delivery.seal(message, header: header, charge, site)
      return Parcel(
        letter: letter, header: header, handoff: handoff(draft), charge: charge, lifted: nil)
    case .audit(let refusal, let charge):
      let letter = try Delivery.sealOriginal(message, charge, site)
      return Parcel(
        letter: letter, header: nil, handoff: originalHandoff, charge: charge, lifted: refusal)
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
      if error.isTooLarge, !isRehearsal {
        Judgement.countRefusal(.sizeLimit, of: site)
      }
      throw .intake(error)
    }
  }

  private mutating func read(_ header: [UInt8]) -> Result<Draft, Refusal> {
    let section: HeaderSection
    do { section = try HeaderSection(parsing: header) } catch {
      return .failure(.message(error))
    }
    if isRehearsal { self.section = section }
    record.describe(section)
    let reading: Result<Draft, Refusal>
    do {
      let draft = try Draft(invocation, section, site)
      if isRehearsal { self.draft = draft }
      reading = .success(draft)
    } catch {
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
