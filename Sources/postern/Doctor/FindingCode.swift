/// What a finding means for the server.
enum Severity: String, CaseIterable, Comparable {
  /// Somebody can send mail that Postern does not see.
  case hole
  /// Something is broken: mail is refused, or is not judged as the administrator wants.
  case fault
  /// It could be better.
  case advice

  /// The worse one is the smaller one, so that it comes first.
  static func < (one: Severity, other: Severity) -> Bool { one.rank < other.rank }

  private var rank: Int {
    switch self {
    case .hole: 0
    case .fault: 1
    case .advice: 2
    }
  }
}

/// Everything `postern doctor` can find; the table of them is in postern(8).
enum FindingCode: String, CaseIterable {
  case submitUsersOpen = "submit-users-open"
  case submitUsersClosed = "submit-users-closed"
  case submitUsersExtra = "submit-users-extra"
  case instanceUnreadable = "instance-unreadable"
  case senderMapsUnset = "sender-maps-unset"
  case senderMapsRefuse = "sender-maps-refuse"
  case dropInMissing = "drop-in-missing"
  case dropInWritable = "drop-in-writable"
  case dropInSetID = "drop-in-set-id"
  case dropInMount = "drop-in-mount"
  case dropInOwner = "drop-in-owner"
  case sendmailBroken = "sendmail-broken"
  case sendmailWritable = "sendmail-writable"
  case noticeCommand = "notice-command"
  case postdropWritable = "postdrop-writable"
  case postdropCopy = "postdrop-copy"
  case postdropMember = "postdrop-member"
  case maildropWritable = "maildrop-writable"
  case setIDMailer = "set-id-mailer"
  case smtpOpen = "smtp-open"
  case smtpTrusted = "smtp-trusted"
  case outgoingOpen = "outgoing-open"
  case outgoingSubmission = "outgoing-submission"
  case mailResubmitted = "mail-resubmitted"
  case mailAround = "mail-around"
  case cronRefused = "cron-refused"
  case senderRewritten = "sender-rewritten"
  case queueVisible = "queue-visible"
  case phpSendmailPath = "php-sendmail-path"
  case phpForcedParameters = "php-forced-parameters"
  case phpNotReloaded = "php-not-reloaded"
  case poolChroot = "pool-chroot"
  case poolReachable = "pool-reachable"
  case unitSetID = "unit-set-id"
  case unitSystemCalls = "unit-system-calls"
  case unitReadOnly = "unit-read-only"
  case unitRoot = "unit-root"
  case unitRestrictsSetID = "unit-restricts-set-id"
  case accountMissing = "account-missing"
  case accountShared = "account-shared"
  case configurationInvalid = "configuration-invalid"
  case configurationWritable = "configuration-writable"
  case configurationUnreadable = "configuration-unreadable"
  case mapInvalid = "map-invalid"
  case mapStale = "map-stale"
  case userGone = "user-gone"
  case userReused = "user-reused"
  case stateWritable = "state-writable"
  case stateUnusable = "state-unusable"
  case stateFull = "state-full"
  case logSocket = "log-socket"
  case processesVisible = "processes-visible"
  case sitesShareUser = "sites-share-user"
  case fleetOpen = "fleet-open"
  case fleetReachable = "fleet-reachable"
  case fleetUnreachable = "fleet-unreachable"
  case fleetAccount = "fleet-account"
  case fleetFunction = "fleet-function"
  case fleetReplica = "fleet-replica"
  case fleetEvicts = "fleet-evicts"
  case fleetVolatile = "fleet-volatile"
  case fleetClock = "fleet-clock"
  case fleetTimeout = "fleet-timeout"
  case fleetReplicas = "fleet-replicas"
  case acceptUnknown = "accept-unknown"

  var severity: Severity {
    switch self {
    case .submitUsersOpen, .dropInWritable, .sendmailWritable, .postdropWritable, .postdropCopy,
      .postdropMember,
      .maildropWritable, .setIDMailer, .smtpOpen, .outgoingOpen, .poolReachable, .accountShared,
      .configurationWritable, .userReused, .stateWritable, .fleetOpen, .fleetReachable:
      .hole
    case .submitUsersClosed, .instanceUnreadable, .senderMapsRefuse, .dropInMissing, .dropInSetID,
      .dropInMount, .sendmailBroken, .noticeCommand, .phpSendmailPath, .poolChroot, .unitSetID,
      .unitSystemCalls,
      .unitReadOnly, .unitRoot, .accountMissing, .configurationInvalid, .configurationUnreadable,
      .mapInvalid, .mapStale, .userGone, .stateUnusable, .stateFull, .logSocket, .mailResubmitted,
      .senderRewritten, .phpNotReloaded, .fleetUnreachable, .fleetAccount, .fleetFunction,
      .fleetReplica, .fleetEvicts, .fleetVolatile, .fleetClock:
      .fault
    case .submitUsersExtra, .senderMapsUnset, .dropInOwner, .smtpTrusted, .phpForcedParameters,
      .unitRestrictsSetID, .processesVisible, .outgoingSubmission, .queueVisible,
      .mailAround, .cronRefused, .acceptUnknown, .fleetTimeout, .fleetReplicas, .sitesShareUser:
      .advice
    }
  }
}
