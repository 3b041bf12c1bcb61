internal import Ledger
internal import LinuxSystem
internal import Policy

extension Diagnostics {
  static func text(for error: LedgerError) -> String {
    if case .unanswered(let fault) = error {
      return "the quota server \(text(for: fault)); nothing was sent, try again later"
    }
    let cause =
      switch error {
      case .system(let error): "\(error.call): \(error.text)"
      case .untrustedDirectory(let owner, let mode):
        "its directory belongs to UID \(owner) with mode \(String(mode, radix: 8))"
      case .notAFile: "it is not a regular file, or has a second hard link"
      case .wrongOwner(let owner): "it belongs to UID \(owner)"
      case .wrongMode(let mode): "it has mode \(String(mode, radix: 8))"
      case .fileSizeLimit(let limit): "the limit on file sizes (ulimit -f) is \(limit) bytes"
      case .foreign: "it is not a state file of Postern"
      case .version(let version):
        version < LedgerFormat.version
          ? "an older Postern wrote it (version \(version)); remove it, and all counts start at zero"
          : "a newer Postern wrote it (version \(version)); install that Postern, or remove the file"
      case .truncated(let size): "it is \(size) bytes long, which is the wrong size"
      case .noFreeSlot: "it is full"
      case .busy: "other processes keep its records locked"
      case .held: "another process of this user holds its record, and does not go on"
      case .unanswered(let fault): text(for: fault)
      }
    return "the state file cannot be used: \(cause); nothing was sent, tell the administrator"
  }

  /// What the server does, for after its name; it says itself only what the administrator may see.
  static func text(for fault: ServerFault) -> String {
    switch fault {
    case .remembered: "did not answer a moment ago"
    case .system(let error): "does not answer (\(error.call): \(error.text))"
    case .password(let error): "needs a password, whose file cannot be read (\(error.text))"
    case .signIn(let text): "does not take its account (\(shown(text, limit: 80)))"
    case .refused(let text): "answers with an error (\(shown(text, limit: 80)))"
    case .closed: "has closed the connection"
    case .malformed: "answers what it should not"
    }
  }

  static func text(for fault: LimitFault) -> String {
    let resource = fault.resource
    let unit = resource.ulimitUnitBytes
    return
      "the hard limit of 'ulimit \(resource.ulimitOption)' is \(fault.limit / unit), but a message "
      + "needs \(resource.minimum / unit); nothing was sent, raise the limit"
  }

  static func text(for fault: ConnectionFault) -> String {
    switch fault {
    case .noOwner(let client):
      "the kernel knows no open socket of this machine at \(client), the other end of the connection; "
        + "nothing was sent"
    case .ownerChanged(let client):
      "the socket at \(client), the other end of the connection, is no longer the one that connected; "
        + "nothing was sent"
    case .tooMany(let limit):
      "this user has \(limit) SMTP connections open already (smtp_connections_per_user); "
        + "close one, or try again later"
    }
  }

  static func text(for fault: SenderIndexFault) -> String {
    switch fault {
    case .truncated: "it is cut off"
    case .foreign: "it is not a compiled map"
    case .version(let version): "another version of Postern wrote it (format \(version))"
    case .setting(let code): "a newer version of Postern wrote it (setting \(code))"
    case .headerChecksum: "its header is damaged"
    case .size(let expected, let actual): "it has \(actual) bytes instead of \(expected)"
    case .slotChecksum(let uid): "it is damaged near the index of UID \(uid)"
    case .entryChecksum(let uid): "the entry of UID \(uid) is damaged"
    }
  }
}
