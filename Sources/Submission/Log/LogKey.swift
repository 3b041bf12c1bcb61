/// The keys of the line about a decision, in their order: the one table of them.
package enum DecisionKey: String, Sendable, CaseIterable {
  case verdict, reason, uid, user, login, envelope, from, sender, resent, repaired
  case rewritten, recipients, size
  case messageID = "message-id"
  case messages
  case recipientsUsed = "recipients-used"
  case script, cwd, ppid, map, text, status
}

/// The keys of the line about a suspension or its end, in their order.
package enum EventKey: String, Sendable, CaseIterable {
  case event, uid, user, by, reason
}

extension [UInt8] {
  /// Begins the next `key=value` of a line.
  mutating func append<Key: RawRepresentable<String>>(key: Key) {
    if !isEmpty { append(0x20) }
    append(key.rawValue)
    append(0x3D)
  }
}
