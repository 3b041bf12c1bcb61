internal import LinuxSystem
internal import Policy
internal import Submission

/// senders or postern.cf as it was at one moment.
struct SourceText {
  let bytes: [UInt8]
  let stamp: FileStamp

  /// Reads senders.
  static func senders(in directory: ConfigurationDirectory) throws(ToolFailure) -> SourceText {
    try read(directory.sendersFile, in: directory, limit: SendersFile.maximumBytes)
  }

  /// Reads postern.cf.
  static func settings(in directory: ConfigurationDirectory) throws(ToolFailure) -> SourceText {
    try read(directory.configurationFile, in: directory, limit: ConfigurationFile.maximumBytes)
  }

  private static func read(
    _ path: String, in directory: ConfigurationDirectory, limit: Int
  ) throws(ToolFailure) -> SourceText {
    let file: FileDescriptor
    do { file = try directory.openTrusted(path) } catch {
      throw ToolFailure(error)
    }
    do {
      // The status comes first: a change while reading makes senders.db stale, not silently
      // current.
      let stamp = FileStamp(try file.status())
      return SourceText(bytes: try file.readToEnd(limit: limit + 1), stamp: stamp)
    } catch {
      throw ToolFailure(error, "cannot read \(path)")
    }
  }
}
