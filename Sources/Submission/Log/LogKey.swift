internal import Policy

/// The keys of the line about a decision, in their order: the one table of them.
package enum DecisionKey: String, Sendable, CaseIterable {
  case verdict, reason, uid, user, login, envelope, from, sender, resent, repaired
  case rewritten, recipients, size
  case messageID = "message-id"
  case messages
  case recipientsUsed = "recipients-used"
  case script, cwd, ppid, process, cgroup, via, map, text, status
  /// Of the journal only, as the whole text of a refusal is.
  case to
}

/// The keys of the line about a suspension or its end, in their order.
package enum EventKey: String, Sendable, CaseIterable {
  case event, uid, user, by, until, reason, limits, command, text
}

extension [UInt8] {
  /// The most bytes of a value in the system log.
  static let valueBytes = 200

  /// Appends `key=value` as logfmt has it; the value in quotes where others would misread it.
  ///
  /// - Parameters:
  ///   - key: The key.
  ///   - value: Any bytes.
  ///   - limit: The most bytes of the value; `...` marks a cut.
  mutating func append<Key: RawRepresentable<String>>(
    key: Key, value: [UInt8], limit: Int = valueBytes
  ) {
    append(key: key)
    // A bare value may have neither quotes nor backslashes, nor a second `=`.
    let isBare =
      !value.isEmpty && value.count <= limit
      && value.allSatisfy {
        $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C && $0 != 0x3D
      }
    if isBare {
      self += value
    } else {
      append(quoting: value, limit: limit)
    }
  }

  /// Appends a value in quotes.
  mutating func append(quoting value: [UInt8], limit: Int = valueBytes) {
    append(0x22)
    append(logfmt: value, limit: limit)
    append(0x22)
  }

  /// Appends who has started the program.
  mutating func append(_ starter: Starter) {
    append(key: DecisionKey.ppid)
    append(decimal: UInt64(starter.processID))
    if let title = starter.title {
      append(key: DecisionKey.process, value: title, limit: Starter.titleBytes)
    }
    if let group = starter.controlGroup {
      append(key: DecisionKey.cgroup, value: group, limit: Starter.controlGroupBytes)
    }
  }

  /// Begins the next `key=value` of a line.
  mutating func append<Key: RawRepresentable<String>>(key: Key) {
    if !isEmpty { append(0x20) }
    append(key.rawValue)
    append(0x3D)
  }
}
