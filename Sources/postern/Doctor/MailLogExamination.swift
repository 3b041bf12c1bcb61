internal import LinuxSystem
internal import Policy
internal import Submission

/// Who hands mail to Postfix without Postern, by Postfix's own lines in the log.
enum MailLogExamination {
  /// So much of the end of the log is read, in bytes.
  private static let bytes: UInt64 = 256 << 20
  /// The most accounts that are counted.
  private static let accounts = 20_000
  private static let files = ["/var/log/mail.log", "/var/log/maillog"]

  /// What one account has done.
  struct Count: Equatable {
    /// Messages that Postfix has picked up.
    var taken = 0
    /// Messages that it has refused.
    var refused = 0
  }

  /// The accounts, by UID.
  struct Tally {
    private(set) var counts: [UInt32: Count] = [:]

    /// Takes one line.
    ///
    ///     … postfix/pickup[7]: 5D92B5C29: uid=1003 from=<cronsite>
    ///     … postfix/sendmail[9]: fatal: User symf(1002) is not allowed to submit mail
    mutating func take(_ bytes: [UInt8], _ line: Range<Int>) {
      guard let bracket = ByteSearch.firstIndex(of: UInt8(ascii: "["), in: bytes, line) else {
        return
      }
      let head = bytes[line.lowerBound..<bracket]
      let isPickup = head.ends("/pickup")
      guard isPickup || head.ends("/sendmail") || head.ends("/postdrop") else { return }
      let text = String(decoding: bytes[bracket..<line.upperBound], as: UTF8.self)
      let words = text.split(separator: " ")
      if isPickup, words.count > 2, words[2].hasPrefix("uid=") {
        count(words[2].dropFirst(4)) { $0.taken += 1 }
      } else if words.count > 4, words[1] == "fatal:", words[2] == "User",
        text.contains(" is not allowed to submit mail"), let open = words[3].lastIndex(of: "(")
      {
        count(words[3][open...].dropFirst().prefix { $0 != ")" }) { $0.refused += 1 }
      }
    }

    private mutating func count(_ number: Substring, _ change: (inout Count) -> Void) {
      guard let uid = UInt32(number), uid != 0, counts[uid] != nil || counts.count < accounts else {
        return
      }
      change(&counts[uid, default: Count()])
    }
  }

  /// Judges them.
  ///
  /// - Parameters:
  ///   - tally: The log.
  ///   - users: Whom Postfix takes mail from.
  ///   - isPlanned: Whether what Postfix takes now counts, too, because it will not any more.
  ///   - name: The login name of a UID.
  /// - Returns: Who goes around Postern, the busiest first.
  static func finding(
    _ tally: Tally, users: SubmitUsers, isPlanned: Bool, name: (UInt32) -> String
  ) -> Finding? {
    let found = tally.counts.map { uid, count in
      (name(uid), isPlanned ? count.taken : 0, count.refused)
    }
    .filter { $0.1 + $0.2 > 0 && $0.0 != SubmitUsers.gate }
    .filter { user in !users.permits(user.0) { _, _ in true } }
    .sorted { ($1.1 + $1.2, $0.0) < ($0.1 + $0.2, $1.0) }
    guard !found.isEmpty else { return nil }
    return Finding(
      .mailAround,
      isPlanned
        ? "some accounts hand mail to Postfix without Postern; Postfix will refuse that"
        : "Postfix has refused mail that some accounts handed to it without Postern",
      evidence: found.map { user, taken, refused in
        let parts = [(taken, "taken"), (refused, "refused")].filter { $0.0 > 0 }
        return "\(user): " + parts.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
      },
      remedy:
        "let them call the drop-in sendmail, or give them entries and use --divert; for a daemon that "
        + "no site can use: authorized_submit_users; whoever has no business with mail has tried to go around"
    )
  }

  static func run(
    _ instance: PostfixInstance?, users: SubmitUsers, isPlanned: Bool,
    _ diagnosis: inout Diagnosis
  ) {
    let named = instance.map { [$0.value("maillog_file")] } ?? []
    guard let file = (named + files).first(where: { !$0.isEmpty && Machine.exists($0) }) else {
      return diagnosis.skip(
        "who hands mail to Postfix without Postern",
        because: "there is no \(files.joined(separator: " or "))")
    }
    var tally = Tally()
    do throws(LogError) {
      var lines = LogLines(try tail(of: file))
      try lines.forEach { tally.take($0, $1) }
    } catch {
      return diagnosis.skip(file, because: "it cannot be read")
    }
    let directory = try? AccountDirectory()
    diagnosis.add(
      finding(tally, users: users, isPlanned: isPlanned) { uid in
        directory?.account(of: .uid(uid)).map { Diagnostics.shown($0.login) } ?? "UID \(uid)"
      })
  }

  /// Opens a log near its end; the line that is begun there counts for nothing.
  private static func tail(of path: String) throws(LogError) -> FileDescriptor {
    do {
      let file = try FileDescriptor.open(path: path, options: [.followLinks, .nonBlocking])
      let status = try file.status()
      if status.isRegular, status.size > bytes { try file.seek(to: status.size - bytes) }
      return file
    } catch {
      throw .system(error)
    }
  }
}

extension ArraySlice<UInt8> {
  /// Whether it ends in a text.
  fileprivate func ends(_ text: String) -> Bool { suffix(text.utf8.count).elementsEqual(text.utf8) }
}
