internal import LinuxSystem
internal import Policy
internal import Submission

/// senders as it was at one moment.
struct SendersText {
  let bytes: [UInt8]
  let status: FileStatus

  static func read(in directory: ConfigurationDirectory) throws(ToolFailure) -> SendersText {
    let file: FileDescriptor
    do { file = try directory.openTrusted(directory.sendersFile) } catch {
      throw ToolFailure(error)
    }
    do {
      // The status comes first: a change while reading makes the map stale, not silently current.
      let status = try file.status()
      let bytes = try file.readToEnd(limit: SendersFile.maximumBytes + 1)
      return SendersText(bytes: bytes, status: status)
    } catch {
      throw ToolFailure(error, "cannot read \(directory.sendersFile)")
    }
  }
}
