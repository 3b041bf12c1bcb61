extension ConfigurationKey {
  /// What a value of this name must be.
  package var expected: ExpectedValue {
    switch self {
    case .sendmailPath, .quotaFile: .absolutePath(maximum: Scalar.pathBytes)
    case .mode: .oneOf(Mode.allCases.map(\.rawValue))
    case .exemptUsers: .users
    case .unlistedUsers: .oneOf(UnlistedUsers.allCases.map(\.rawValue))
    case .defaultDomain: .domain
    case .recipientDelimiter: .delimiter
    case .fromPolicy: .oneOf(FromPolicy.allCases.map(\.rawValue))
    case .messagesPerHour, .recipientsPerHour, .messagesPerDay, .recipientsPerDay,
      .recipientsPerMessage:
      .count
    case .messageSizeLimit: .size(minimum: 1, maximum: Scalar.maximumMessageBytes)
    case .headerSizeLimit: .size(minimum: 1, maximum: Scalar.maximumHeaderBytes)
    case .traceHeader: .oneOf(["yes", "no"])
    case .handoff: .oneOf(HandoffKind.allCases.map(\.rawValue))
    case .mailboxTables: .tables(types: MailTable.types)
    case .syslogFacility: .oneOf(SyslogFacility.allCases.map(\.rawValue))
    case .autoSuspendRefusals: .countOrOff
    case .notify: .notifiees(maximum: Scalar.maximumNotifiees)
    }
  }

  /// Returns the fault of a value that could not be read.
  func fault(of value: ArraySlice<UInt8>) -> FileFault {
    let name = Array(rawValue.utf8)
    if value.isEmpty {
      return .emptyValue(name: name)
    }
    return .badValue(name: name, value: Array(value.prefix(128)), expected: expected)
  }
}
