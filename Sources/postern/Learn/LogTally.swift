internal import Policy
internal import Submission

/// Where a message bore an address.
struct AddressPlaces: OptionSet, Sendable {
  let rawValue: UInt8

  static let from = AddressPlaces(rawValue: 1)
  static let sender = AddressPlaces(rawValue: 2)
  static let resent = AddressPlaces(rawValue: 4)
  static let envelope = AddressPlaces(rawValue: 8)

  /// The places as an administrator knows them.
  var text: String {
    let names: [(AddressPlaces, String)] = [
      (.from, "From:"), (.sender, "Sender:"), (.resent, "Resent-"), (.envelope, "envelope"),
    ]
    return names.filter { contains($0.0) }.map(\.1).joined(separator: ", ")
  }
}

/// How one user used one address in messages that its entry does not permit.
struct AddressTally {
  /// How many messages bore it.
  var messages: UInt64 = 0
  var places: AddressPlaces = []
  /// The script that the first of them claims.
  var script: [UInt8]?
  /// The most of them in one minute.
  private(set) var mostInMinute: UInt64 = 0
  private var minute: [UInt8] = []
  private var inMinute: UInt64 = 0

  /// Counts one message.
  mutating func count(_ places: AddressPlaces, _ script: [UInt8]?, minute: ArraySlice<UInt8>) {
    messages += 1
    self.places.formUnion(places)
    if self.script == nil { self.script = script }
    guard !minute.isEmpty else { return }
    if !self.minute.elementsEqual(minute) {
      self.minute = Array(minute)
      inMinute = 0
    }
    inMinute += 1
    mostInMinute = max(mostInMinute, inMinute)
  }

  /// Adds what was counted under another spelling of the address.
  mutating func add(_ other: AddressTally) {
    messages += other.messages
    places.formUnion(other.places)
    if script == nil { script = other.script }
    mostInMinute = max(mostInMinute, other.mostInMinute)
  }
}

/// What one user sent in an hour, by the clock.
struct Hour {
  private(set) var messages: UInt64 = 0
  private(set) var recipients: UInt64 = 0
  private var start: [UInt8] = []
  private var counted: (messages: UInt64, recipients: UInt64) = (0, 0)

  /// Counts a message that was handed over; the lines of a log are in order.
  ///
  /// - Parameters:
  ///   - line: The line.
  ///   - minute: When, to the minute; empty = nobody knows.
  mutating func count(_ line: DecisionLine, minute: ArraySlice<UInt8>) {
    let hour = minute.dropLast(":00".utf8.count)
    if !start.elementsEqual(hour) {
      start = Array(hour)
      counted = (0, 0)
    }
    // Without a time all of the log would be one hour.
    if !hour.isEmpty {
      counted.messages += 1
      counted.recipients += line.recipients ?? 1
    }
    // Users without an entry are counted in one record together.
    let isShared = line.reason == .userUnlisted
    messages = max(messages, counted.messages, isShared ? 0 : line.messagesUsed ?? 0)
    recipients = max(recipients, counted.recipients, isShared ? 0 : line.recipientsUsed ?? 0)
  }
}

/// What one user's messages were not permitted for.
struct UserTally {
  /// How many of its messages came from which directory, refused ones too.
  var directories: [[UInt8]: UInt64] = [:]
  /// What the busiest hour had.
  var busiest = Hour()
  /// How many messages, by reason.
  var reasons: [ReasonCode: UInt64] = [:]
  /// The addresses of those that bore one that is not allowed; the null sender is empty.
  var addresses: [[UInt8]: AddressTally] = [:]
  /// How many of those had no envelope sender.
  var withoutEnvelope: UInt64 = 0
  /// Addresses that were met when there was no room for them.
  var forgotten: UInt64 = 0
  /// Whether no further address is taken.
  var isClosed = false

  /// More directories than a user has sites that are worth telling.
  private static let directoryCount = 100

  /// Counts a message from a directory.
  mutating func countDirectory(_ directory: [UInt8]) {
    guard directories[directory] != nil || directories.count < Self.directoryCount else { return }
    directories[directory, default: 0] += 1
  }
}

/// The decisions of a log, summed up within bounds that no log can exceed.
struct LogTally {
  /// More UIDs than a server has sites: users who were refused nothing take a place, too.
  private static let users = 100_000
  /// More addresses than an honest site uses: those met once only are then forgotten.
  private static let addressesOfUser = 5_000
  /// Some hundred bytes each.
  private static let addresses = 200_000

  private(set) var users: [UInt32: UserTally] = [:]
  /// How many decisions were read.
  private(set) var decisions: UInt64 = 0
  /// Lines of Postern that cannot be read, and those of users for whom there was no room.
  private(set) var unread: UInt64 = 0
  private var addressCount = 0

  /// Takes one line of a log.
  ///
  /// - Parameters:
  ///   - bytes: Holds the line.
  ///   - range: Where it is.
  mutating func take(_ bytes: [UInt8], _ range: Range<Int>) {
    guard let head = LogHead(bytes, range) else { return }
    guard let line = DecisionLine(bytes[head.text..<range.upperBound]) else {
      unread += 1
      return
    }
    decisions += 1
    if line.verdict != .reject { countHour(line, minute: bytes[head.minute]) }
    guard line.verdict != .permit, let reason = line.reason, !reason.kind.isOfTheServer else {
      return
    }
    guard users[line.uid] != nil || users.count < Self.users else {
      unread += 1
      return
    }
    users[line.uid, default: UserTally()].reasons[reason, default: 0] += 1
    countDirectory(line)
    if reason.isLearnable { take(line, minute: bytes[head.minute]) }
  }

  /// Counts where a message came from: many sites may run as one user.
  private mutating func countDirectory(_ line: DecisionLine) {
    guard let directory = line.directory else { return }
    users[line.uid]?.countDirectory(directory)
  }

  /// Permitted messages, too, tell how many a user sends.
  private mutating func countHour(_ line: DecisionLine, minute: ArraySlice<UInt8>) {
    guard users[line.uid] != nil || users.count < Self.users else { return }
    var busiest = users[line.uid]?.busiest ?? Hour()
    busiest.count(line, minute: minute)
    if busiest.messages > 0 { users[line.uid, default: UserTally()].busiest = busiest }
  }

  private mutating func take(_ line: DecisionLine, minute: ArraySlice<UInt8>) {
    var named: [([UInt8], AddressPlaces)] = line.from.map { ($0, .from) }
    if let sender = line.sender { named.append((sender, .sender)) }
    named += line.resent.map { ($0, .resent) }
    if let envelope = line.envelope { named.append((envelope, .envelope)) }
    if !line.namesEnvelope { users[line.uid]?.withoutEnvelope += 1 }
    // One message counts once for each address, wherever it bears it.
    var merged: [([UInt8], AddressPlaces)] = []
    for (address, place) in named {
      if let index = merged.firstIndex(where: { $0.0 == address }) {
        merged[index].1.formUnion(place)
      } else {
        merged.append((address, place))
      }
    }
    for (address, places) in merged where makeRoom(for: address, of: line.uid) {
      users[line.uid]?.addresses[address, default: AddressTally()]
        .count(places, line.script, minute: minute)
    }
  }

  /// Makes sure that an address can be counted.
  private mutating func makeRoom(for address: [UInt8], of uid: UInt32) -> Bool {
    guard let user = users[uid] else { return false }
    if user.addresses[address] != nil { return true }
    if user.addresses.count >= Self.addressesOfUser || addressCount >= Self.addresses {
      let freed = user.isClosed ? 0 : forgetRareAddresses(of: uid)
      guard freed > 0, addressCount < Self.addresses else {
        users[uid]?.forgotten += 1
        return false
      }
    }
    addressCount += 1
    return true
  }

  /// Forgets the addresses of a user that were met once only; returns how many.
  private mutating func forgetRareAddresses(of uid: UInt32) -> Int {
    guard var user = users.removeValue(forKey: uid) else { return 0 }
    let before = user.addresses.count
    user.addresses = user.addresses.filter { $0.value.messages > 1 }
    let freed = before - user.addresses.count
    user.forgotten += UInt64(freed)
    // To look again for every message would take longer the more there are.
    user.isClosed = freed * 4 < before
    users[uid] = user
    addressCount -= freed
    return freed
  }
}

extension ReasonCode {
  /// Whether an address in the user's entry would have let the message pass.
  var isLearnable: Bool {
    switch self {
    case .fromNotAllowed, .senderNotAllowed, .resentNotAllowed, .envelopeNotAllowed, .userUnlisted:
      true
    default: false
    }
  }
}
