internal import Ledger
internal import LinuxSystem
internal import Policy

extension Diagnostics {
  static func text(for error: LedgerError) -> String {
    let cause =
      switch error {
      case .system(let error): "\(error.call): \(error.text)"
      case .untrustedDirectory(let owner, let mode):
        "its directory belongs to UID \(owner) with mode \(String(mode, radix: 8))"
      case .notAFile: "it is not a regular file with one name"
      case .wrongOwner(let owner): "it belongs to UID \(owner)"
      case .wrongMode(let mode): "it has mode \(String(mode, radix: 8))"
      case .fileSizeLimit(let limit): "the limit on file sizes (ulimit -f) is \(limit) bytes"
      case .foreign: "it is not one"
      case .version(let version):
        version < LedgerFormat.version
          ? "it has version \(version) of an older Postern; remove it, the counts begin anew"
          : "it has version \(version) of a newer Postern; install that one, or remove the file"
      case .truncated(let size): "it is \(size) bytes long, which is not its size"
      case .noFreeSlot: "it is full"
      case .busy: "it is in use"
      }
    return "the quota file cannot be used: \(cause); nothing was sent, tell the administrator"
  }

  static func text(for fault: LimitFault) -> String {
    let resource = fault.resource
    let unit = resource.ulimitUnitBytes
    return
      "the hard limit of 'ulimit \(resource.ulimitOption)' is \(fault.limit / unit), and a message "
      + "needs \(resource.minimum / unit); nothing was sent, raise the limit"
  }

  static func text(for fault: SenderIndexFault) -> String {
    switch fault {
    case .truncated: "it ends early"
    case .foreign: "it is no compiled map"
    case .version(let version): "it has version \(version)"
    case .headerChecksum: "its header is damaged"
    case .size(let expected, let actual): "it has \(actual) bytes instead of \(expected)"
    case .slotChecksum(let uid): "it is damaged near the index of UID \(uid)"
    case .entryChecksum(let uid): "the entry of UID \(uid) is damaged"
    }
  }
}
