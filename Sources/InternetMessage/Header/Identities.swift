/// Everybody whom a header section names as its sender.
package struct Identities: Sendable {
  /// What From: says.
  package let from: IdentityForm

  /// What Sender: says.
  package let sender: IdentityForm

  /// What Resent-From: says.
  package let resentFrom: IdentityForm

  /// What Resent-Sender: says.
  package let resentSender: IdentityForm

  /// What is wrong with From:, if the caller wanted to know it rather than fail; `from` is absent
  /// then.
  package let fromFault: MessageError?

  /// How identity fields outside of the plain grammar are read.
  package enum Reading: Sendable {
    /// They are faults.
    case strict
    /// They are put into canonical form, where that can be done.
    case repairing
    /// What cannot be read is taken for absent: nothing is judged by it.
    case lenient
  }

  /// Reads the identity fields.
  ///
  /// - Parameters:
  ///   - section: The header section.
  ///   - reading: What happens to fields that are not of the plain grammar.
  ///   - toleratingFrom: Whether a fault of From: (it is repeated, empty, unreadable, deceptive, or
  ///     has several mailboxes without Sender:) is kept in `fromFault` instead of being thrown, as
  ///     `from_policy = rewrite` needs it. Faults of the other fields are always thrown.
  /// - Throws: A `MessageError` of kind `identity`; never with `lenient`.
  package init(
    reading section: HeaderSection, _ reading: Reading = .strict, toleratingFrom: Bool = false
  ) throws(MessageError) {
    var fault: MessageError?
    do throws(MessageError) { from = try Self.form(of: .from, in: section, reading) } catch {
      guard toleratingFrom else { throw error }
      from = .absent
      fault = error
    }
    fromFault = fault
    sender = try Self.form(of: .sender, in: section, reading)
    resentFrom = try Self.form(of: .resentFrom, in: section, reading)
    resentSender = try Self.form(of: .resentSender, in: section, reading)
  }

  private static func form(
    of field: KnownField, in section: HeaderSection, _ reading: Reading
  ) throws(MessageError) -> IdentityForm {
    do throws(MessageError) {
      return try IdentityForm(reading: field, in: section, repairing: reading != .strict)
    } catch {
      if reading == .lenient { return .absent }
      throw error
    }
  }

  /// Which fields are handed over in canonical form.
  package var repaired: [KnownField] {
    var fields: [KnownField] = []
    if from.isRepaired { fields.append(.from) }
    if sender.isRepaired { fields.append(.sender) }
    if resentFrom.isRepaired { fields.append(.resentFrom) }
    if resentSender.isRepaired { fields.append(.resentSender) }
    return fields
  }
}
