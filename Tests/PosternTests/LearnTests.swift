import Foundation
import InternetMessage
import LinuxSystem
import Policy
import Testing

@testable import postern

@Suite("Lines of a log")
struct LogLinesTests {
  private static let decision = "verdict=audit reason=none uid=1"

  @Test(arguments: [
    ("journalctl -o cat", decision, ""),
    ("mail.log", "Nov 24 00:12:42 web postern[1]: \(decision)", "Nov 24 00:12"),
    ("a day below ten", "Nov  4 00:12:42 web postern[1]: \(decision)", "Nov  4 00:12"),
    ("no process number", "Nov 24 00:12:42 web postern: \(decision)", "Nov 24 00:12"),
    ("parts of seconds", "Nov 24 00:12:42.123 web postern[1]: \(decision)", "Nov 24 00:12"),
    (
      "rsyslog's times", "2026-11-24T00:12:42.1+01:00 web postern[1]: \(decision)",
      "2026-11-24T00:12"
    ),
    (
      "journalctl -o short-iso", "2026-11-24T00:12:42+0000 web postern[1]: \(decision)",
      "2026-11-24T00:12"
    ),
    ("another program", "Nov 24 00:12:42 web sshd[1]: \(decision)", nil),
    (
      "another program that speaks of postern",
      "Nov 24 00:12:42 web sshd[1]: bad user postern: \(decision)", nil
    ),
    ("another program with a similar name", "Nov 24 00:12:42 web xpostern[1]: \(decision)", nil),
    ("a host named postern", "Nov 24 00:12:42 postern sshd[1]: \(decision)", nil),
    ("no host", "Nov 24 00:12:42 postern[1]: \(decision)", nil),
    ("text before the decision", "Nov 24 00:12:42 web postern[1]: x \(decision)", nil),
    ("letters in the process number", "Nov 24 00:12:42 web postern[x]: \(decision)", nil),
    ("no time", "web postern[1]: \(decision)", nil),
    ("no time that exists", "Nov 24 0x:12:42 web postern[1]: \(decision)", nil),
    ("something before", " \(decision)", nil),
    ("journalctl's marks", "-- Boot 8f2a --", nil),
    ("an earlier key", "a=1 \(decision)", nil),
    ("nothing", "", nil),
  ])
  func `Postern's own are told from all others`(_ name: String, _ line: String, _ minute: String?) {
    let bytes = Array("before\n\(line)".utf8)
    let head = LogHead(bytes, 7..<bytes.count)
    #expect(head.map { String(decoding: bytes[$0.minute], as: UTF8.self) } == minute)
    if let head { #expect(bytes[head.text...].elementsEqual(Self.decision.utf8)) }
  }

  private func lines(_ text: [UInt8], buffer: Int) throws -> [String] {
    let ends = try FileDescriptor.pipe()
    try ends.writeEnd.writeAll(text)
    var lines = LogLines(ends.keepReadEnd(), bufferBytes: buffer)
    var found: [String] = []
    try lines.forEach { found.append(String(decoding: $0[$1], as: UTF8.self)) }
    return found
  }

  @Test(arguments: [1, 2, 3, 4, 5, 7, 8, 64])
  func `they are the same whatever is read at once, and longer ones are left out`(_ buffer: Int)
    throws
  {
    let all = ["a", "", "bcd", "efghi", "", "jk", "lmnopqrst", "u"]
    let text = Array(all.joined(separator: "\n").utf8)
    #expect(try lines(text, buffer: buffer) == all.filter { $0.count < buffer })
  }

  @Test(arguments: [
    [0x1F, 0x8B, 8], [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], [0x28, 0xB5, 0x2F, 0xFD],
    [0x42, 0x5A, 0x68],
  ])
  func `compressed logs are refused`(_ start: [UInt8]) throws {
    #expect(throws: LogError.compressed) { try lines(start + [10], buffer: 64) }
  }
}

@Suite("What is learnt from a log")
struct LearnTests {
  private func tally(_ lines: [String]) -> LogTally {
    var tally = LogTally()
    for line in lines {
      let bytes = Array(line.utf8)
      tally.take(bytes, 0..<bytes.count)
    }
    return tally
  }

  private func text(
    _ lines: [String], entry: String? = nil, hosted: [String] = ["shop.example", ".sub.example"],
    others: String = "", senders: String = ""
  ) -> String {
    var configuration = Configuration()
    configuration.defaultDomain = Array("host.example".utf8)
    let tally = tally(lines)
    let name = Array("alice".utf8)
    let rules = entry.flatMap {
      SendersFile.parse(Array("alice \($0)\n".utf8), file: "").entries.first?.rules
    }
    let known = rules.map { SenderEntry(uid: 7, user: name, login: name, rules: $0) }
    let domains = HostedDomains(words: hosted.map { Array($0.utf8) })
    let neighbors = Neighbors(
      entries("alice \(entry ?? "")\n" + others), tally,
      ownDomains: [Array("host.example".utf8)])
    let former = FormerProposals(in: senders)
    return tally.users.sorted { $0.key < $1.key }.map { uid, user in
      let proposal = Proposal(
        NamedUser(uid: uid, entry: known, name: name), user, configuration, domains, neighbors
      ) { "user \($0)" }
      let parts = ProposalText(proposal: proposal, former: former).parts
      return (parts.before + parts.entry + parts.behind).map { $0 + "\n" }.joined()
    }.joined()
  }

  /// Entries of the map, the first of UID 7.
  private func entries(_ senders: String) -> [SenderEntry] {
    SendersFile.parse(Array(senders.utf8), file: "").entries.enumerated().map { index, entry in
      SenderEntry(
        uid: 7 + UInt32(index), user: entry.site.written, login: entry.site.written,
        rules: entry.rules)
    }
  }

  private func audit(_ from: String, reason: String = "user-unlisted", more: String = "") -> String
  {
    "verdict=audit reason=\(reason) uid=7 user=uid:7 envelope=<\(from)> from=<\(from)>\(more)"
  }

  @Test func `the busiest hour of the audit gives the limit, unless it is far above`() {
    func lines(_ count: Int) -> [String] {
      (0..<count).map { number in
        let minute = 10 + number * 50 / count
        return "Nov 24 00:\(minute):42 web postern[1]: "
          + audit("a@shop.example", more: " recipients=6")
      }
        + ["Nov 24 01:12:42 web postern[1]: " + audit("a@shop.example", more: " recipients=6")]
    }
    #expect(text(lines(80)).contains("\nalice  a@shop.example\n"))
    let more = text(lines(120))
    #expect(more.contains("alice  a@shop.example messages_per_hour=150 recipients_per_hour=900\n"))
    #expect(more.contains("#   the busiest hour: 120 messages, 720 recipients\n"))
    let spam = text(lines(1_200))
    #expect(spam.contains("#   1200 in one hour, and messages_per_hour is 100 - not proposed\n"))
    #expect(!spam.contains("messages_per_hour="))
  }

  @Test func `many sites of one user are told apart by their directories`() {
    let lines = ["/srv/blog", "/srv/blog", "/srv/shop"].map {
      audit("a@shop.example", more: " cwd=\($0)")
    }
    #expect(
      text(lines).contains("user-unlisted\n#   from /srv/blog: 2\n#   from /srv/shop: 1\n"))
    #expect(!text(Array(lines.prefix(2))).contains("from /srv"), "one directory says nothing")
  }

  @Test func `the names of a user's own web sites are hosted, the neighbor's are not`() {
    let apache = """
      <VirtualHost *:80>
        ServerName www.shop.example:80
        ServerAlias "shop.example" *.old-shop.example  # no
        DocumentRoot "/home/alice/www"
      </VirtualHost>
      <VirtualHost *:443>
        ServerName bob.example
        DocumentRoot /home/bob/www
      </VirtualHost>
      """
    let nginx = """
      http { server { listen 80; server_name nginx.example www.nginx.example ~^x$ _; # a { comment
        root /home/alice/nginx; location / { root /nowhere; } }
        server { server_name root.example; root /var/www; }
        server { server_name $host; root /srv/$host; } }
      """
    let sites = VirtualHosts.Site.apache(apache) + VirtualHosts.Site.nginx(nginx)
    #expect(
      sites.map(\.root) == ["/home/alice/www", "/home/bob/www", "/home/alice/nginx", "/var/www"])
    let owners: [String: UInt32] = [
      "/home/alice/www": 7, "/home/alice/nginx": 7, "/home/bob/www": 8, "/var/www": 0,
    ]
    let hosts = VirtualHosts(sites) { owners[$0] }
    for name in ["shop.example", "old-shop.example", "nginx.example"] {
      #expect(hosts.has(7, Array(name.utf8)), "\(name)")
      #expect(!hosts.has(8, Array(name.utf8)), "\(name)")
    }
    #expect(hosts.has(8, Array("bob.example".utf8)))
    #expect(!hosts.has(7, Array("bob.example".utf8)))
    #expect(!hosts.has(0, Array("root.example".utf8)))
    let domains = HostedDomains(words: [Array("host.example".utf8)], virtualHosts: hosts)
    #expect(domains.contains(Array("shop.example".utf8), for: 7))
    #expect(!domains.contains(Array("shop.example".utf8), for: 9))
  }

  @Test func `a list of hosted domains may have comments, and names no further list`() throws {
    let list = "/tmp/postern-hosted.\(UInt64.random(in: .min ... .max))"
    let text = "# of the panel: gone.example\nshop.example, .group.example\n/etc/passwd\n"
    try text.write(toFile: list, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(atPath: list) }
    let domains = HostedDomains(words: [Array(list.utf8)])
    for name in ["shop.example", "a.group.example"] {
      #expect(domains.contains(Array(name.utf8), for: 7), "\(name)")
    }
    for name in ["gone.example", "group.example", "other.example"] {
      #expect(!domains.contains(Array(name.utf8), for: 7), "\(name)")
    }
  }

  @Test func `an honest site is proposed as a line of senders, its usual address first`() {
    let lines = [
      audit("b@shop.example"), audit("A@Shop.example"),
      audit("a@shop.example", more: " script=7:x.php"),
    ]
    #expect(
      text(lines) == """
        # alice (uid 7): 3 user-unlisted
        #   2 a@shop.example: From:, envelope, 7:x.php
        #   1 b@shop.example: From:, envelope
        alice  a@shop.example b@shop.example

        """)
  }

  @Test
  func `the proposal of a listed user is only what is missing, and grants nothing by being pasted`()
  {
    let lines = [audit("a@shop.example", reason: "from-not-allowed"), audit("own@shop.example")]
    let told = text(lines, entry: "own@shop.example")
    #expect(told.contains("\n#alice  a@shop.example\n"))
    #expect(!told.contains("own@"))
    #expect(told.split(separator: "\n").allSatisfy { $0.hasPrefix("#") })
  }

  @Test func `a domain that is not hosted here is not proposed, one that is stands beside it`() {
    let told = text([audit("a@shop.example"), audit("a@www.sub.example"), audit("a@sub.example")])
    #expect(told.contains("\nalice  a@shop.example a@www.sub.example\n"))
    #expect(
      told.contains(
        "#   1 a@sub.example: From:, envelope - not proposed: sub.example is not hosted here\n"))
  }

  @Test func `without knowledge of hosted domains none is held against it`() {
    #expect(text([audit("a@z.example")], hosted: []).contains("\nalice  a@z.example\n"))
  }

  @Test func `many local parts of one domain are not proposed, as many as a site has are`() {
    let names = [
      "info", "shop", "office", "sales", "order", "jobs", "press", "help", "news", "anna", "bert",
    ]
    let few = text(names.dropLast().map { audit("\($0)@shop.example") })
    #expect(!few.contains("not proposed"))
    let many = text(names.map { audit("\($0)@shop.example") })
    #expect(!many.contains("\nalice"))
    #expect(
      many.contains(
        "not proposed: 11 local parts of shop.example; if all are legitimate: @shop.example"))
  }

  @Test(arguments: [
    ("info", false), ("rechtsschutz", false), ("no-reply", false), ("bounce-2026-11-24", false),
    ("web1234", false), ("info24h7", false), ("jürgenstraß", false), ("shop2go4u", false),
    ("x8f3k2q9z1", true), ("deadbeef12345678", true), ("qwrtzpsdfg", true),
    ("newsletter.x8f3k2q9z1", true),
  ])
  func `local parts that a program made up are told`(_ name: String, _ isRandom: Bool) {
    #expect(Suspicion.looksRandom(Array(name.utf8)) == isRandom)
  }

  @Test func `a burst is not proposed, the same number in several minutes is`() {
    func lines(_ minutes: Int) -> [String] {
      (0...Suspicion.messagesInMinute).map { number in
        "Nov 24 00:0\(number % minutes):00 h postern: " + audit("a@shop.example")
      }.sorted()
    }
    #expect(text(lines(1)).contains("not proposed: 61 messages in one minute"))
    #expect(text(lines(2)).contains("\nalice  a@shop.example\n"))
  }

  @Test func `mail without an envelope sender gets the login name as the default address`() {
    let line = "verdict=audit reason=user-unlisted uid=7 user=uid:7 recipients=1"
    #expect(text([line]).contains("\nalice  alice@host.example\n"))
    #expect(
      text([line, audit("a@shop.example")]).contains(
        "\nalice  alice@host.example a@shop.example\n"))
    #expect(text([audit("a@shop.example")]).contains("\nalice  a@shop.example\n"))
  }

  @Test func `cron's root is nobody's address, and never the first one`() {
    let cron = "verdict=audit reason=user-unlisted uid=7 user=uid:7 from=<root@host.example>"
    let plain = "verdict=audit reason=user-unlisted uid=7 user=uid:7 recipients=1"
    let told = text([cron, cron, plain])
    #expect(told.contains("\nalice  alice@host.example\n"))
    #expect(
      told.contains(
        "root@host.example: From: - not proposed: host.example is the machine's own domain"))
    #expect(
      text([audit("root@shop.example"), audit("root@shop.example"), audit("a@shop.example")])
        .contains("\nalice  a@shop.example root@shop.example\n"))
  }

  @Test func `an address that somebody else's entry permits is not proposed`() {
    for (others, isTold) in [
      ("bob info@shop.example\n", true), ("bob @shop.example\n", true),
      ("bob default=info@shop.example\n", true),
      ("bob @www.shop.example\n", false), ("bob *\n", false), ("", false),
    ] {
      let told = text([audit("info@shop.example")], others: others)
      #expect(told.contains("\nalice  info@shop.example\n") == !isTold, "\(others)")
      #expect(told.contains("not proposed: the entry of user 8 permits it") == isTold, "\(others)")
    }
    #expect(
      text([audit("info@shop.example")], others: "bob other@shop.example\n").contains(
        "not proposed: the entry of user 8 has addresses of shop.example\n"))
    #expect(
      text([audit("a@x.sub.example")], others: "bob @.sub.example\n").contains("user 8 permits it"))
  }

  @Test func `an address that another user sent, too, is proposed to neither`() {
    let other = audit("info@shop.example").replacing("uid=7", with: "uid=9")
    let told = text([audit("INFO@shop.example"), audit("a@shop.example"), other])
    #expect(
      told.contains("info@shop.example: From:, envelope - not proposed: user 9 used it, too\n"))
    #expect(told.contains("\nalice  a@shop.example\n"))
  }

  @Test func `the machine's own domain is nobody's but by the own login name`() {
    let hosted = ["host.example", "shop.example"]
    let told = text([audit("billing@host.example"), audit("alice@host.example")], hosted: hosted)
    #expect(told.contains("\nalice  alice@host.example\n"))
    #expect(
      told.contains(
        "billing@host.example: From:, envelope - not proposed: host.example is the machine's"))
  }

  @Test func `strangers in From: alone are a contact form, in the envelope too they are not`() {
    func visitor(_ number: Int, _ envelope: String = "") -> String {
      "verdict=audit reason=from-not-allowed uid=7 user=alice \(envelope)from=<v@d\(number).example>"
    }
    let form = text((1...6).map { visitor($0) })
    #expect(form.contains("\nalice  alice@host.example from_policy=rewrite\n"))
    #expect(!form.contains("not proposed"))
    #expect(form.contains("#   6 strangers in From: only"))
    #expect(!text((1...4).map { visitor($0) }).contains("rewrite"), "too few")
    let spam = text((1...6).map { visitor($0, "envelope=<v@d\($0).example> ") })
    #expect(!spam.contains("rewrite"))
    #expect(spam.contains("not proposed"))
    let known = text((1...6).map { visitor($0) }, entry: "a@shop.example from_policy=rewrite")
    #expect(!known.contains("strangers"))
    #expect(!known.contains("not proposed"), "they stand in Reply-To: already")
  }

  @Test func `what senders holds as a comment is not told again`() {
    let lines = [audit("ceo@bank.example"), audit("x@foreign.example")]
    let first = text(lines)
    #expect(text(lines, senders: first).isEmpty)
    #expect(text(lines + [audit("new@bank.example")], senders: first).contains("new@bank.example"))
    let listed = text([audit("a@shop.example")], entry: "own@shop.example")
    #expect(listed.contains("\n#alice  a@shop.example\n"))
    #expect(text([audit("a@shop.example")], entry: "own@shop.example", senders: listed).isEmpty)
    #expect(!text([audit("a@shop.example")], entry: "own@shop.example", senders: first).isEmpty)
  }

  @Test func `the null sender is proposed as itself`() {
    #expect(text([audit("")]).contains("\nalice  <>\n"))
  }

  @Test func `what senders cannot hold is counted, and never printed as a word`() {
    let told = text([
      audit("a%b@shop.example"), audit("a\\x0Ab@shop.example"), audit("a\\xC2\\x9Bb@shop.example"),
      audit("a\\xFFb@shop.example"), audit("\\x22a\\x20b\\x22@shop.example"), audit("nodomain"),
    ])
    #expect(told.isEmpty)
    let beside = text([audit("a%b@shop.example"), audit("a@shop.example")])
    #expect(beside.contains("#   1 addresses that cannot be written in senders\n"))
  }

  @Test func `permitted mail and faults of the server teach nothing`() {
    let lines = [
      "verdict=permit reason=none uid=7 from=<a@shop.example>",
      "verdict=reject reason=store-unavailable uid=7",
    ]
    #expect(tally(lines).users.isEmpty)
    #expect(tally(lines).decisions == 2)
  }

  @Test func `a refusal for another reason is told, its addresses are not`() {
    let told = text([audit("a@shop.example", reason: "quota-messages")])
    #expect(told.isEmpty)
  }

  @Test func `lines of Postern that cannot be read are counted`() {
    #expect(tally(["verdict=audit reason=none uid=x", "verdict=", "other"]).unread == 2)
  }

  @Test func `no log makes it remember without bounds`() throws {
    var tally = LogTally()
    for number in 0..<20_000 {
      let bytes = Array(audit("n\(number)@shop.example").utf8)
      tally.take(bytes, 0..<bytes.count)
    }
    let honest = Array(audit("info@shop.example").utf8)
    for _ in 0..<3 { tally.take(honest, 0..<honest.count) }
    let user = try #require(tally.users[7])
    #expect(user.addresses.count <= 5_000)
    #expect(user.forgotten + UInt64(user.addresses.count) == 20_001)
    #expect(user.addresses[Array("info@shop.example".utf8)]?.messages == 3)
  }
}
