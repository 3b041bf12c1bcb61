internal import LinuxSystem
internal import Policy

/// Counters that never fall, though a record of the state file can be lost: damaged by a power
/// failure, reused, or gone with the file.
///
/// What each record held at the last look is kept in a file beside the state file. Where a record
/// holds less now, it has begun anew, and what it held is carried on; likewise where it is gone.
/// Prometheus would take a sum that falls for a restart, and all of what remains for new mail.
///
///     file    = "postern-counters 1" LF carried *user "end" LF
///     carried = "carried" *(SP index "=" number) LF
///     user    = uid *(SP index "=" last "+" base) LF   ; base: of records of the user's before
struct LastingCounters {
  /// One counter of a user; those that are 0 are left out.
  private struct Place: Equatable {
    let index: Int
    var last: UInt64
    var base: UInt64
  }

  /// What the records held that are gone.
  private var carried: [UInt64]
  private var users: [UInt32: [Place]] = [:]
  private var seen: Set<UInt32> = []

  /// Begins with nothing to carry on.
  init() { carried = Array(repeating: 0, count: Counters.numberCount) }

  // MARK: - Counting

  /// Takes what a user's record holds now.
  ///
  /// - Parameters:
  ///   - counters: Those of the record.
  ///   - uid: Whose record it is.
  /// - Returns: What the user's records have held in all.
  mutating func take(_ counters: Counters, of uid: UInt32) -> Counters {
    seen.insert(uid)
    let now = counters.numbers
    let before = users[uid] ?? []
    let isNew = before.contains { now[$0.index] < $0.last }
    var base = Array(repeating: UInt64(0), count: now.count)
    for place in before { base[place.index] = place.base &+ (isNew ? place.last : 0) }
    users[uid] = now.indices.compactMap { index in
      now[index] == 0 && base[index] == 0
        ? nil : Place(index: index, last: now[index], base: base[index])
    }
    return Counters(numbers: zip(now, base).map { $0 &+ $1 }) ?? counters
  }

  /// What all records have ever held; those that were not taken are gone.
  mutating func total() -> Counters {
    for (uid, places) in users where !seen.contains(uid) {
      for place in places { carried[place.index] &+= place.last &+ place.base }
      users[uid] = nil
    }
    var sum = carried
    for places in users.values {
      for place in places { sum[place.index] &+= place.last &+ place.base }
    }
    return Counters(numbers: sum) ?? Counters()
  }

  // MARK: - The file

  private static let head = "postern-counters 1"
  private static let end = "end"

  /// Reads the file.
  ///
  /// - Parameter bytes: Its contents; nil = it is none, so that nothing is known of the past.
  init?(_ bytes: [UInt8]) {
    self.init()
    var lines = bytes.split(separator: UInt8(ascii: "\n"))[...]
    guard lines.popFirst()?.elementsEqual(Self.head.utf8) == true,
      lines.popLast()?.elementsEqual(Self.end.utf8) == true,
      let first = lines.popFirst(), Self.word(first).elementsEqual("carried".utf8)
    else { return nil }
    for field in first.split(separator: UInt8(ascii: " ")).dropFirst() {
      let numbers = Self.numbers(field, separators: "=")
      guard numbers.count == 2, carried.indices.contains(Int(clamping: numbers[0])) else {
        return nil
      }
      carried[Int(numbers[0])] = numbers[1]
    }
    for line in lines {
      guard
        let uid = Self.numbers(Self.word(line), separators: "").first.flatMap(UInt32.init(exactly:))
      else { return nil }
      var places: [Place] = []
      for field in line.split(separator: UInt8(ascii: " ")).dropFirst() {
        let numbers = Self.numbers(field, separators: "=+")
        guard numbers.count == 3, carried.indices.contains(Int(clamping: numbers[0])) else {
          return nil
        }
        places.append(Place(index: Int(numbers[0]), last: numbers[1], base: numbers[2]))
      }
      users[uid] = places
    }
  }

  /// The contents of the file.
  var bytes: [UInt8] {
    var text = Self.head + "\ncarried"
    for (index, number) in carried.enumerated() where number != 0 { text += " \(index)=\(number)" }
    text += "\n"
    for (uid, places) in users {
      text += "\(uid)"
      for place in places { text += " \(place.index)=\(place.last)+\(place.base)" }
      text += "\n"
    }
    return Array((text + Self.end + "\n").utf8)
  }

  private static func word(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    line.prefix { $0 != UInt8(ascii: " ") }
  }

  /// Reads numbers with one of these bytes between them, in this order; empty = there are others.
  private static func numbers(_ field: ArraySlice<UInt8>, separators: String) -> [UInt64] {
    var rest = field
    var numbers: [UInt64] = []
    for separator in Array(separators.utf8) + [UInt8(ascii: "\n")] {
      let digits = rest.prefix { $0 != separator }
      guard let number = UInt64(String(decoding: digits, as: UTF8.self)) else { return [] }
      numbers.append(number)
      rest = rest.dropFirst(digits.count + 1)
    }
    return numbers
  }
}

extension LastingCounters {
  private static let name = "/counters"
  /// 260 000 users, each with all of its counters.
  private static let maximumBytes = 256 << 20

  private static func path(beside quotaFile: [UInt8]) -> String {
    String(decoding: FileSystem.directory(of: quotaFile), as: UTF8.self) + name
  }

  /// Reads what was kept.
  ///
  /// - Parameter quotaFile: The path of the state file; this process is the account postern.
  /// - Returns: What is known of the past; nothing where there is no such file.
  static func load(beside quotaFile: [UInt8]) -> LastingCounters {
    let path = Array(path(beside: quotaFile).utf8)
    guard let file = try? FileDescriptor.open(path: path, options: [.readOnly, .nonBlocking]),
      let status = try? file.status(), status.isRegular, status.size <= UInt64(maximumBytes),
      let bytes = try? file.pread(offset: 0, count: Int(status.size))
    else { return LastingCounters() }
    return LastingCounters(bytes) ?? LastingCounters()
  }

  /// Keeps it.
  ///
  /// - Throws: `ToolFailure`; what was kept before is still there.
  func save(beside quotaFile: [UInt8]) throws(ToolFailure) {
    try IndexWriter.write(
      bytes, to: Self.path(beside: quotaFile), groupID: nil, permissions: 0o600)
  }
}
