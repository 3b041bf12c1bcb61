internal import Policy

/// What a quota server is told of one record of the state file: all that was ever let out for it.
///
/// Its words in the file `fleet`:
///
///     0   low: whose record it is      high: the generation
///     1   a random number: part of the node's name, so that the account that follows one that was
///         lost is another node's
///     2   the number of the last call
///     3   the number of the last call that was granted and whose message was let out
///     4   messages let out in all      5   recipients let out in all
///     6   low: messages that the record has counted, high: recipients (their last 32 bits)
///     7   checksum of the others
struct RunningAccount: Equatable {
  var uid: UInt32
  /// Of the server's record; `unknown` = it was never told.
  var generation: UInt32 = unknown
  /// Part of the node's name.
  var epoch: UInt64
  var number: UInt64 = 0
  var kept: UInt64 = 0
  var messages: UInt64 = 0
  var recipients: UInt64 = 0
  private var seenMessages: UInt32
  private var seenRecipients: UInt32

  static let unknown = UInt32.max
  static let wordCount = 8

  /// The greatest number that the server's arithmetic keeps apart from the next one, and some room.
  static let maximumNumber: UInt64 = 1 << 53 - 1 << 20

  /// Begins an account; what the record has counted before is in its windows.
  init(uid: UInt32, epoch: UInt64, usage: Usage) {
    self.uid = uid
    self.epoch = epoch
    seenMessages = UInt32(truncatingIfNeeded: usage.counters.messages)
    seenRecipients = UInt32(truncatingIfNeeded: usage.counters.recipients)
  }

  /// Reads an account; nil = it is another's, or none, or damaged.
  init?(of uid: UInt32, in words: [UInt64]) {
    guard words.count == Self.wordCount,
      Checksum.words(words, count: Self.wordCount - 1) == words[Self.wordCount - 1],
      UInt32(truncatingIfNeeded: words[0]) == uid, words[2] <= Self.maximumNumber
    else { return nil }
    self.uid = uid
    generation = UInt32(truncatingIfNeeded: words[0] >> 32)
    (epoch, number, kept) = (words[1], words[2], words[3])
    (messages, recipients) = (words[4], words[5])
    seenMessages = UInt32(truncatingIfNeeded: words[6])
    seenRecipients = UInt32(truncatingIfNeeded: words[6] >> 32)
  }

  var words: [UInt64] {
    var words = [
      UInt64(generation) << 32 | UInt64(uid), epoch, number, kept, messages, recipients,
      UInt64(seenRecipients) << 32 | UInt64(seenMessages),
    ]
    words.append(Checksum.words(words, count: Self.wordCount - 1))
    return words
  }

  /// Takes in what the record has counted without this account: `quota_server` was empty, or a
  /// process was killed between its two writes.
  ///
  /// The record's sums only grow; where they are smaller, it was torn.
  mutating func catchUp(with usage: Usage) {
    messages += Self.growth(from: &seenMessages, to: usage.counters.messages)
    recipients += Self.growth(from: &seenRecipients, to: usage.counters.recipients)
  }

  private static func growth(from seen: inout UInt32, to counted: UInt64) -> UInt64 {
    let now = UInt32(truncatingIfNeeded: counted)
    let growth = Int32(bitPattern: now &- seen)
    seen = now
    return UInt64(max(0, growth))
  }

  /// Takes a number for a call, later than any before it.
  ///
  /// - Parameters:
  ///   - now: Seconds since 1970, so that an old copy of the account has no old numbers.
  ///   - known: One that the server has seen.
  /// - Returns: Whether there is one left.
  mutating func takeNumber(now: UInt64, after known: UInt64 = 0) -> Bool {
    let next = max(number, known, now &* 1_000 & Self.maximumNumber) + 1
    guard next <= Self.maximumNumber else { return false }
    number = next
    return true
  }

  /// Takes back what was let out by the last call; false = another one has followed.
  mutating func giveBack(_ counts: StepCounts, of call: UInt64) -> Bool {
    guard number == call else { return false }
    messages -= min(messages, UInt64(counts.messages))
    recipients -= min(recipients, UInt64(counts.recipients))
    if kept == call { kept = 0 }
    return true
  }
}
