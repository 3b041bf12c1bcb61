package import InternetMessage
internal import Ledger
package import LinuxSystem

/// What the gate would do with a message, and why: each step as far as the message came.
///
/// Nothing is charged, counted, logged or sent.
package struct DryRun: Sendable {
  /// The rules for the sender.
  package let policy: SenderPolicy
  /// The command line as it was understood; nil = it could not be.
  package let invocation: Invocation?
  /// The size of the canonical message in bytes; nil = it could not be read to its end.
  package let byteCount: UInt64?
  /// The canonical header section; nil = it could not be read.
  package let section: HeaderSection?
  /// What the message claims; nil = it could not be read.
  package let message: ReadMessage?
  /// The header section that would be handed over; nil = none, or as it came.
  package let header: [UInt8]?
  /// What would be executed; nil = nothing.
  package let program: RealSendmail?
  /// What speaks against the message; nil = nothing.
  package let refusal: Refusal?

  /// What would be decided.
  package var verdict: DecisionVerdict {
    guard refusal != nil else { return .permit }
    return program == nil ? .reject : .audit
  }

  /// Lets a message pass, but for what would change or send anything.
  ///
  /// The process must be able to open the state file, as the drop-in can.
  ///
  /// - Parameters:
  ///   - input: The message; not read with `-bv`, as there.
  ///   - invocation: What the command line asks for; its mode is `deliver`.
  ///   - argv: The command line itself, argv[0] included.
  ///   - policy: The rules for the sender.
  package init(
    of input: inout FileDescriptor, _ invocation: Invocation, argv: [[UInt8]],
    _ policy: SenderPolicy
  ) {
    var passage = Passage(invocation, argv: argv, policy, .dryRun)
    var header: [UInt8]?
    var program: RealSendmail?
    do throws(Refusal) {
      let intake = try passage.receive(&input)
      let checked = try passage.check(intake.header)
      let handoff = Handoff(checked, invocation, argv: argv, passage.policy)
      let handedOver = (handoff.header, handoff.program, handoff.waivedRefusal)
      try handoff.dryRun(intake)
      (header, program, refusal) = handedOver
    } catch {
      refusal = error
    }
    (self.header, self.program) = (header, program)
    self.policy = passage.policy
    self.invocation = invocation
    byteCount = passage.log.byteCount
    section = passage.section
    message = passage.message
  }

  /// A command line that is refused before any message is read.
  ///
  /// - Parameters:
  ///   - error: What is wrong with it.
  ///   - policy: The rules for the sender.
  package init(refusing error: InvocationError, _ policy: SenderPolicy) {
    self.policy = policy
    refusal = .command(error)
    invocation = nil
    byteCount = nil
    section = nil
    message = nil
    header = nil
    program = nil
  }
}
