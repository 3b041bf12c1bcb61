package import InternetMessage
package import LinuxSystem

/// What the gate would do with a message, and why: each step as far as the message came.
///
/// Nothing is charged, counted, logged or sent.
package struct Rehearsal: Sendable {
  /// Whose mail it is.
  package let site: Site
  /// The command line as it was understood; nil = it could not be.
  package let invocation: Invocation?
  /// The size of the canonical message; nil = it could not be read to its end.
  package let byteCount: UInt64?
  /// The canonical header section; nil = it could not be read.
  package let section: HeaderSection?
  /// What the message claims, and what is settled about it where it is permitted; nil = it could not be read.
  package let draft: Draft?
  /// The header section that would be handed over; nil = none, or as it came.
  package let header: [UInt8]?
  /// What would be executed; nil = nothing.
  package let handoff: Handoff?
  /// What speaks against the message.
  package let refusal: Refusal?

  /// What would be decided.
  package var verdict: DecisionVerdict {
    guard refusal != nil else { return .permit }
    return handoff == nil ? .reject : .audit
  }

  /// Puts a message to the gate.
  ///
  /// The process must be able to open the state file by then, as the drop-in could.
  ///
  /// - Parameters:
  ///   - input: The message; not read with `-bv`, as there.
  ///   - invocation: What the command line asks for; its mode is `deliver`.
  ///   - argv: The command line itself, argv[0] included.
  ///   - site: Whose mail it is.
  package init(
    of input: inout FileDescriptor, _ invocation: Invocation, argv: [[UInt8]], _ site: Site
  ) {
    var transaction = Transaction(invocation, argv: argv, site, isRehearsal: true)
    var header: [UInt8]?
    var handoff: Handoff?
    do throws(Refusal) {
      let parcel = try transaction.prepare(&input)
      do { try parcel.handoff.requireTrustedProgram() } catch { throw .handoff(error) }
      (header, handoff, refusal) = (parcel.header, parcel.handoff, parcel.lifted)
    } catch {
      refusal = error
    }
    (self.header, self.handoff) = (header, handoff)
    self.site = transaction.site
    self.invocation = invocation
    byteCount = transaction.record.byteCount
    section = transaction.section
    draft = transaction.draft
  }

  /// A command line that is refused before any message is read.
  ///
  /// - Parameters:
  ///   - error: What is wrong with it.
  ///   - site: Whose mail it is.
  package init(refusing error: InvocationError, _ site: Site) {
    self.site = site
    refusal = .command(error)
    invocation = nil
    byteCount = nil
    section = nil
    draft = nil
    header = nil
    handoff = nil
  }
}
