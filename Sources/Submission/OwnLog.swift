internal import InternetMessage
internal import Ledger
internal import LinuxSystem
internal import Policy

/// The caller's own journal; `postern log` serves ordinary users with it.
enum OwnLog {
  /// Prints it as a JSON array, one object a line, the newest last.
  ///
  /// - Parameter policy: The rules for the caller.
  /// - Returns: The exit status.
  /// - Throws: `Refusal`: the journal cannot be read, or nobody reads what is printed.
  static func report(_ policy: SenderPolicy) throws(Refusal) -> Int32 {
    let journal = Journal(beside: policy.configuration.quotaFile)
    let records: [Journal.Record]
    do throws(LedgerError) { records = try journal.excerpt(of: policy.refusalsUID).records } catch {
      throw .ledger(error)
    }
    var text = [UInt8(ascii: "["), Octets.lineFeed]
    var isFirst = true
    for record in records {
      // Users without an entry share a journal.
      guard let decision = LoggedDecision(record), decision.line.uid == policy.uid else { continue }
      if !isFirst { text += [UInt8(ascii: ","), Octets.lineFeed] }
      isFirst = false
      text += decision.json.utf8
    }
    if !isFirst { text.append(Octets.lineFeed) }
    text += [UInt8(ascii: "]"), Octets.lineFeed]
    do { try StandardOutput.write(text) } catch { throw .system(error) }
    return 0
  }
}
