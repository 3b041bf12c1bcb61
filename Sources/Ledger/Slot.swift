internal import Policy

/// What a slot holds: words of 64 bits, little-endian.
///
///     word     bits    what
///     0        0–31    "PoRc": somebody's record; "PoTb": a tombstone
///              32–63   version, 2
///     1        0–31    UID; 0 in a tombstone
///              32–63   flags: bit 0 = there is a last message, bit 1 = torn; then the generation
///     2                last message, seconds since 1970
///     3                torn since, or else, 0 = never, when it was reset; seconds since 1970
///     4                number of the hour window's newest step
///     5                number of the day window's newest step
///     6                messages ever permitted
///     7                recipients ever permitted
///     8                when any notice was last sent, seconds since 1970; 0 = never
///     9        0–31    likewise for each of the 5 kinds of `NoticeKind`; 0 = it is due
///              32–63   when a warning of that kind was last sent, likewise
///     14               messages ever refused, for each of 24 reasons
///     38               messages ever let pass by `mode = audit`, likewise
///     62       0–31    hour window, 61 steps of two words, newest first: messages
///              32–63   recipients
///     63       0–31    refused
///              32–63   refused for somebody else's identity
///     184              day window, 25 steps, likewise
///     234              checksum of all words before
///
/// A slot of zeros is free. A slot that is none of these is torn: power was lost, or the disk
/// failed. Whose it was cannot be trusted to its words, so a tombstone takes its place. Until the
/// longest window has passed since then, a user who may have had a record there and has no active
/// one elsewhere counts as having used up everything.
///
/// What must outlive any tear, who is suspended, is not kept here: see `Suspensions`.
enum Slot: Equatable {
  case free
  case record(uid: UInt32, Usage)
  case tombstone(since: UInt64)
  case unreadable

  /// The words of a slot that are used.
  static let wordCount = 235

  private static let recordMagic: UInt32 = 0x6352_6F50
  private static let tombstoneMagic: UInt32 = 0x6254_6F50
  private static let hasLastMessage: UInt32 = 1
  private static let isTorn: UInt32 = 2
  private static let generationShift: UInt32 = 2
  private static let dayStepWord = 5
  private static let noticesWord = 8
  private static let noticeKinds = 5
  private static let refusedWord = 14
  private static let waivedWord = refusedWord + Counters.reasonCount
  private static let hourWord = waivedWord + Counters.reasonCount
  private static let checksumWord = wordCount - 1

  /// Reads a slot.
  ///
  /// - Parameter words: Its first `wordCount` words; fewer are unreadable.
  init(reading words: [UInt64]) {
    guard words.count == Self.wordCount else {
      self = .unreadable
      return
    }
    guard Checksum.words(words, count: Self.checksumWord) == words[Self.checksumWord] else {
      self = words.allSatisfy { $0 == 0 } ? .free : .unreadable
      return
    }
    switch (words[0].low, words[0].high) {
    case (Self.recordMagic, LedgerFormat.version):
      guard let usage = Self.usage(in: words) else {
        self = .unreadable
        return
      }
      self = .record(uid: words[1].low, usage)
    case (Self.tombstoneMagic, LedgerFormat.version): self = .tombstone(since: words[3])
    default: self = .unreadable
    }
  }

  /// Tells whether a slot is kept for whom it belongs to, from a few of its words.
  ///
  /// - Parameters:
  ///   - words: Hold the slot.
  ///   - first: Where it begins.
  ///   - now: Seconds since 1970.
  /// - Returns: Whether it is; a torn one is.
  static func isInUse(_ words: [UInt64], at first: Int, now: UInt64) -> Bool {
    guard words[first].low == recordMagic else { return words[first] != 0 }
    let newest = words[first + dayStepWord]
    let isTornOrReset = words[first + 3] != 0
    return isTornOrReset
      || newest + UInt64(QuotaPeriod.day.stepCount)
        >= now / QuotaPeriod.day.stepSeconds
  }

  /// The words of the slot: `wordCount` of them.
  var words: [UInt64] {
    switch self {
    case .free, .unreadable:
      return Array(repeating: 0, count: Self.wordCount)
    case .record(let uid, let usage):
      return Self.words(uid: uid, usage)
    case .tombstone(let since):
      var words: [UInt64] = Array(repeating: 0, count: Self.checksumWord)
      words[0] = UInt64(low: Self.tombstoneMagic, high: LedgerFormat.version)
      words[1] = UInt64(low: 0, high: Self.isTorn)
      words[3] = since
      words.append(Checksum.words(words, count: Self.checksumWord))
      return words
    }
  }

  private static func words(uid: UInt32, _ usage: Usage) -> [UInt64] {
    var words: [UInt64] = []
    words.reserveCapacity(wordCount)
    words.append(UInt64(low: recordMagic, high: LedgerFormat.version))
    let flags =
      (usage.lastMessage == nil ? 0 : hasLastMessage) | (usage.tornSince == nil ? 0 : isTorn)
    words.append(UInt64(low: uid, high: flags | usage.generation << generationShift))
    words.append(usage.lastMessage ?? 0)
    words.append(usage.tornSince ?? usage.resetAt ?? 0)
    words.append(usage.hour.newestStep)
    words.append(usage.day.newestStep)
    words.append(usage.counters.messages)
    words.append(usage.counters.recipients)
    words.append(usage.notices.last)
    for kind in 0..<noticeKinds {
      // Seconds fit into 32 bits until 2106; later ones are the latest that there are.
      words.append(
        UInt64(
          low: UInt32(clamping: usage.notices.byKind[kind]),
          high: UInt32(clamping: usage.notices.warnings[kind])))
    }
    words += usage.counters.refused
    words += usage.counters.waived
    append(usage.hour.steps, to: &words)
    append(usage.day.steps, to: &words)
    words.append(Checksum.words(words, count: checksumWord))
    return words
  }

  private static func append(_ steps: [StepCounts], to words: inout [UInt64]) {
    for step in steps {
      words.append(UInt64(low: step.messages, high: step.recipients))
      words.append(UInt64(low: step.refused, high: step.foreign))
    }
  }

  private static func usage(in words: [UInt64]) -> Usage? {
    let flags = words[1].high
    let dayWord = hourWord + QuotaPeriod.hour.stepCount * 2
    let kinds = words[(noticesWord + 1)..<(noticesWord + 1 + noticeKinds)]
    guard
      let hour = SlidingWindow(
        .hour, newestStep: words[4], steps: steps(of: .hour, in: words, at: hourWord)),
      let day = SlidingWindow(
        .day, newestStep: words[5], steps: steps(of: .day, in: words, at: dayWord)),
      let notices = Notices(
        last: words[noticesWord], byKind: kinds.map { UInt64($0.low) },
        warnings: kinds.map { UInt64($0.high) }),
      let counters = Counters(
        messages: words[6], recipients: words[7], refused: Array(words[refusedWord..<waivedWord]),
        waived: Array(words[waivedWord..<hourWord]))
    else { return nil }
    return Usage(
      hour: hour, day: day,
      lastMessage: flags & hasLastMessage == 0 ? nil : words[2],
      tornSince: flags & isTorn == 0 ? nil : words[3],
      resetAt: flags & isTorn != 0 || words[3] == 0 ? nil : words[3],
      generation: flags >> generationShift, notices: notices, counters: counters)
  }

  private static func steps(
    of period: QuotaPeriod, in words: [UInt64], at start: Int
  ) -> [StepCounts] {
    var steps: [StepCounts] = []
    steps.reserveCapacity(period.stepCount)
    for word in stride(from: start, to: start + period.stepCount * 2, by: 2) {
      let (sent, refused) = (words[word], words[word + 1])
      steps.append(
        StepCounts(
          messages: sent.low, recipients: sent.high, refused: refused.low, foreign: refused.high))
    }
    return steps
  }
}

extension UInt64 {
  /// A word of two halves.
  fileprivate init(low: UInt32, high: UInt32) { self = UInt64(high) << 32 | UInt64(low) }
  fileprivate var low: UInt32 { UInt32(truncatingIfNeeded: self) }
  fileprivate var high: UInt32 { UInt32(truncatingIfNeeded: self >> 32) }
}

extension Usage {
  /// Whether nothing in it matters any more, so that the slot may go to another user.
  ///
  /// The counters go with it: readers see a restart, as with any program's counters.
  ///
  /// - Parameter now: Seconds since 1970.
  /// - Returns: Whether it is empty at that time.
  func isIdle(at now: UInt64) -> Bool {
    var aged = self
    aged.advance(to: now)
    return aged.isEmpty
  }
}
