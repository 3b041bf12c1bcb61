import Foundation
import LinuxSystem
import Policy
import Testing

@testable import Ledger
@testable import Submission
@testable import postern

@Suite("postern log")
struct LogTests {
  private static func decision(_ line: String, at time: UInt64 = 1_795_460_403) throws
    -> LoggedDecision
  {
    try #require(LoggedDecision(Journal.Record(time: time, line: Array(line.utf8))))
  }

  private static let refused =
    "verdict=reject reason=from-not-allowed uid=1001 user=alice envelope=<alice@example.com> "
    + "from=<ceo@bank.example> recipients=3 size=4211 message-id=<1@alice> script=1001:x.php "
    + "cwd=/var/www/alice/uploads ppid=4242 process=\"php-fpm: pool alice\" "
    + "cgroup=/system.slice/php8.2-fpm.service to=gmail.com,bank.example "
    + "text=\"From: ceo@bank.example is not an address of alice\""

  @Test func `a decision is one object with the names of the contract, in their order`() throws {
    #expect(
      try Self.decision(Self.refused).json
        == #"{"time":1795460403,"verdict":"reject","reason":"from-not-allowed","uid":1001,"#
        + #""user":"alice","from":"ceo@bank.example","envelope":"alice@example.com","#
        + #""recipients":3,"size":4211,"message_id":"<1@alice>","script":"1001:x.php","#
        + #""cwd":"/var/www/alice/uploads","text":"From: ceo@bank.example is not an address of alice","#
        + #""process":"php-fpm: pool alice","cgroup":"/system.slice/php8.2-fpm.service"}"#
    )
  }

  @Test func `what is not known is null, and the null sender is empty`() throws {
    #expect(
      try Self.decision("verdict=permit reason=none uid=7 envelope=<> from=<a@x>,<b@x> ppid=1").json
        == #"{"time":1795460403,"verdict":"permit","reason":null,"uid":7,"user":"uid:7","#
        + #""from":"a@x, b@x","envelope":"","recipients":null,"size":null,"message_id":null,"#
        + #""script":null,"cwd":null,"text":null,"process":null,"cgroup":null}"#)
  }

  @Test func `people see when, who, what, where from and why`() throws {
    let printer = LogPrinter(isJSON: false, refusedOnly: false, look: QuotaTable.Look())
    #expect(
      printer.lines(LogEntry(try Self.decision(Self.refused))) == [
        "2026-11-23 19:00:03  alice  reject from-not-allowed",
        "    From: ceo@bank.example  to 3 recipients (gmail.com,bank.example)  4211 bytes",
        "    script 1001:x.php  in /var/www/alice/uploads  message-id <1@alice>",
        "    started by php-fpm: pool alice  cgroup /system.slice/php8.2-fpm.service",
        "    From: ceo@bank.example is not an address of alice",
      ])
    let plain = try Self.decision(
      "verdict=permit reason=none uid=7 user=bob envelope=<> recipients=1 cwd=/ ppid=1")
    #expect(
      printer.lines(LogEntry(plain)) == [
        "2026-11-23 19:00:03  bob  permit", "    -f <>  to 1 recipient", "    in /",
      ])
  }

  @Test func `no byte of a site's speaks to the terminal or begins a line`() throws {
    let decision = try Self.decision(
      #"verdict=reject reason=no-recipients uid=7 user="b\u001B[2J" from=<a@x> "#
        + #"script="x\u000A\u001B]0;owned\u0007" cwd="/tmp/\u00E2\u0080\u00AEphp" ppid=1 "#
        + #"text="a\u000D\u000Ab""#)
    let printer = LogPrinter(
      isJSON: false, refusedOnly: false, look: QuotaTable.Look(hasColors: false))
    for line in printer.lines(LogEntry(decision)) {
      #expect(!line.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x202E }, "\(line)")
    }
    #expect(!decision.json.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x202E })
  }

  @Test func `what the drop-in prints is read again, and nothing else is`() throws {
    let decisions = [try Self.decision(Self.refused), try Self.decision(Self.refused, at: 1)]
    let printed = "[\n" + decisions.map(\.json).joined(separator: ",\n") + "\n]\n"
    let entries = try #require(LogEntry.read(Array(printed.utf8)))
    // The drop-in does not tell domains.
    let expected = decisions.map(LogEntry.init).map { entry in
      var entry = entry
      entry.domains = nil
      return entry
    }
    #expect(entries == expected)
    #expect(LogEntry.read(Array("[\n]\n".utf8)) == [])
    for other in ["", "{}", "[\n{}\n]\n", "[\nfoo\n]\n", #"[{"time":1}]"#] {
      #expect(LogEntry.read(Array(other.utf8)) == nil, "\(other)")
    }
  }

  @Test func `entries of several users are in the order of their times`() throws {
    let entries = try [3, 1, 2, 1].enumerated().map { index, time in
      LogEntry(try Self.decision("verdict=permit reason=none uid=\(index)", at: time))
    }
    #expect(
      JournalReader.inOrder(entries).map(\.user) == ["uid:1", "uid:3", "uid:2", "uid:0"])
  }

  /// As many journals as `--last` wants decisions, and then some.
  @Test(arguments: [1, 5, 60, 119, 120, 500])
  func `of many journals the last decisions are found, whatever the order of the files`(
    _ count: Int
  ) throws {
    let scratch = "/tmp/postern-log-\(Host.processID())-\(count)"
    try FileSystem.makeDirectory(Array(scratch.utf8))
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    let journal = Journal(beside: Array("\(scratch)/quota".utf8))
    var times: [UInt64] = []
    // The files are written at the same moment, so that each may hold the newest one.
    for uid: UInt32 in 0..<40 {
      for number: UInt64 in 0..<3 {
        let time = 1_000 + number * 100 + UInt64(uid) * 37 % 40
        times.append(time)
        try journal.append(
          Array("verdict=permit reason=none uid=\(uid)".utf8), for: uid, at: time)
      }
    }
    let entries = try JournalReader(journal).entries(last: count)
    #expect(entries.map(\.time) == Array(times.sorted().suffix(count)))
    #expect(
      try JournalReader(journal).entries(last: count) { $0.user == "uid:7" }.count == min(3, count))
  }

  @Test func `what is decided after the end that was noted is news, and nothing before`() throws {
    let scratch = "/tmp/postern-log-\(Host.processID())-end"
    try FileSystem.makeDirectory(Array(scratch.utf8))
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    let journal = Journal(beside: Array("\(scratch)/quota".utf8))
    #expect(journal.end(of: 7) == nil)
    let line = Array("verdict=permit reason=none uid=7".utf8)
    try journal.append(line, for: 7, at: 1)
    let end = try #require(journal.end(of: 7))
    #expect(end == (try journal.excerpt(of: 7).end))
    #expect(try journal.excerpt(of: 7, after: end).records.isEmpty)
    try journal.append(line, for: 7, at: 2)
    #expect(try journal.excerpt(of: 7, after: end).records.map(\.time) == [2])
  }
}
