internal import InternetMessage
internal import Policy
internal import Submission

/// The parts of an explanation, in their order; the raw values are names in JSON.
///
/// Names are part of the contract with administrators' programs: postern(8).
enum ExplanationPart: String, CaseIterable {
  case user, uid, mode
  case mapStale = "map_stale"
  case verdict, reason
  case exitStatus = "exit_status"
  case text, invocation, header, addresses, identities, recipients, size, quota, changes, command
  case advice
}

extension Explanation {
  /// The explanation as one object.
  var json: JSON { .object(ExplanationPart.allCases.map { ($0.rawValue, value(of: $0)) }) }

  private func value(of part: ExplanationPart) -> JSON {
    switch part {
    case .user: .string(user.name)
    case .uid: .number(UInt64(user.uid))
    case .mode: .text(dryRun.policy.mode.rawValue)
    case .mapStale: .bool(dryRun.policy.isMapStale)
    case .verdict: .text(dryRun.verdict.rawValue)
    case .reason: .optional(dryRun.refusal) { .text($0.reason.rawValue) }
    case .exitStatus: .number(UInt64(exitStatus))
    case .text: .optional(line, JSON.text)
    case .invocation: .optional(dryRun.invocation, invocation)
    case .header:
      .array(fields.map { .object([("name", .text($0)), ("body", .string($1))]) })
    case .addresses:
      .object([("to", count(.to)), ("cc", count(.cc)), ("bcc", count(.bcc))])
    case .identities: .array(identities.map(Self.json))
    case .recipients:
      .optional(dryRun.message) { .array($0.envelope.recipients.map { .string($0.written) }) }
    case .size: size(dryRun.policy.sizes)
    case .quota: .optional(quota) { .written($0.json) }
    case .changes:
      .object([
        ("removed", .array(changes.removed.map(JSON.string))),
        ("added", .array(changes.added.map(JSON.string))),
      ])
    case .command: .optional(command) { .array($0.map(JSON.string)) }
    case .advice:
      .object([
        ("developer", .optional(advice.developer, JSON.text)),
        ("administrator", .optional(advice.administrator, JSON.text)),
      ])
    }
  }

  private func invocation(_ invocation: Invocation) -> JSON {
    .object([
      ("arguments", .array(argv.map(JSON.string))),
      ("probe", .bool(invocation.verifyOnly)),
      ("recipients_from_header", .bool(invocation.extractRecipients)),
      ("dot_ends_message", .bool(invocation.dotEndsInput)),
      ("sender", .optional(invocation.sender, JSON.string)),
      ("full_name", .optional(invocation.fullName, JSON.string)),
      ("options", .array(invocation.handoffOptions.map(JSON.string))),
      ("recipients", .array(invocation.recipients.map(JSON.string))),
    ])
  }

  private func count(_ field: KnownField) -> JSON {
    .optional(count(of: field)) { .number(UInt64($0)) }
  }

  private func size(_ limits: SizeLimits) -> JSON {
    .object([
      ("message", .optional(dryRun.byteCount, JSON.number)),
      ("message_limit", .number(limits.messageBytes)),
      ("header", .optional(dryRun.section) { .number(UInt64($0.bytes.count)) }),
      ("header_limit", .number(limits.headerBytes)),
    ])
  }

  private static func json(_ finding: IdentityFinding) -> JSON {
    .object([
      ("role", .text(finding.role.word)),
      ("address", .string(finding.address?.written ?? Array("<>".utf8))),
      ("permitted_by", .optional(finding.permit) { .string($0.written) }),
    ])
  }
}
