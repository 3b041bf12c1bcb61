internal import InternetMessage
internal import Policy
internal import Submission

extension Explanation {
  /// The explanation as one object. Names are part of the contract with administrators' programs: postern(8).
  var json: JSON {
    let site = rehearsal.site
    return .object([
      ("user", .string(user.name)),
      ("uid", .number(UInt64(user.uid))),
      ("mode", .text(site.mode.rawValue)),
      ("map_stale", .bool(site.isMapStale)),
      ("verdict", .text(rehearsal.verdict.rawValue)),
      ("reason", .optional(rehearsal.refusal) { .text($0.reason.rawValue) }),
      ("exit_status", .number(UInt64(exitStatus))),
      ("text", .optional(line, JSON.text)),
      ("invocation", .optional(rehearsal.invocation, invocation)),
      ("header", .array(fields.map { .object([("name", .text($0)), ("body", .string($1))]) })),
      (
        "addresses",
        .object([
          ("to", count(.to)), ("cc", count(.cc)), ("bcc", count(.bcc)),
        ])
      ),
      ("identities", .array(identities.map(Self.json))),
      (
        "recipients",
        .optional(rehearsal.draft) { .array($0.envelope.recipients.map { .string($0.written) }) }
      ),
      ("size", size(site.sizes)),
      ("quota", .optional(quota) { .written($0.json) }),
      (
        "changes",
        .object([
          ("removed", .array(changes.removed.map(JSON.string))),
          ("added", .array(changes.added.map(JSON.string))),
        ])
      ),
      ("command", .optional(command) { .array($0.map(JSON.string)) }),
      (
        "advice",
        .object([
          ("developer", .optional(advice.developer, JSON.text)),
          ("administrator", .optional(advice.administrator, JSON.text)),
        ])
      ),
    ])
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
      ("message", .optional(rehearsal.byteCount, JSON.number)),
      ("message_limit", .number(limits.messageBytes)),
      ("header", .optional(rehearsal.section) { .number(UInt64($0.bytes.count)) }),
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
