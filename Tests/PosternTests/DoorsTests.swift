import LinuxSystem
import Testing

@testable import postern

@Suite("Doors that are easily overlooked")
struct DoorsTests {
  private static let master = """
    smtp       inet  n       -       n       -       -       smtpd
    127.0.0.1:10025 inet n   -       n       -       -       smtpd -o content_filter= -o {mynetworks=127.0.0.0/8, ::1}
    [::1]:submission inet n  -       n       -       -       smtpd
    628        inet  n       -       n       -       -       qmqpd
    pickup     unix  n       -       n       60      1       pickup
    filter     unix  -       n       n       -       -       pipe user=vmail:mail argv=/usr/bin/spamc -e /usr/sbin/sendmail -oi -f ${sender}
    lost       unix  -       n       n       -       -       pipe user=list argv=/usr/lib/lost deliver
    """

  @Test func `inet services of master.cf are told with host and port`() {
    let services = MasterService.parse(Self.master)
    #expect(services.count == 7)
    let ports = ServicePorts.parse("smtp 25/tcp mail # x\nsubmission 587/tcp\nntp 123/udp\n")
    let found = services.compactMap { $0.endpoint { ports[$0] } }
    #expect(found.map(\.port) == [25, 10_025, 587, 628])
    #expect(found.map(\.host) == ["", "127.0.0.1", "::1", ""])
    #expect(services[0].endpoint { _ in nil } == nil)
  }

  @Test func `a content filter that calls sendmail is told from one that does not`() {
    let found = CallerExamination.filters(Self.instance(Self.master)) { _ in nil }
    #expect(found.map(\.account) == ["vmail"])
    #expect(found.map(\.program) == ["/usr/sbin/sendmail"])
  }

  private static func instance(_ master: String) -> PostfixInstance {
    PostfixInstance(
      directory: "/etc/postfix", values: [:], services: MasterService.parse(master))
  }

  @Test func `a content filter that is a script is told by what the script calls`() {
    let master = "f unix - n n - - pipe user=filter argv=/usr/local/bin/check -f ${sender}"
    func program(_ script: String) -> String? {
      let found = CallerExamination.filters(Self.instance(master)) {
        $0 == "/usr/local/bin/check" ? script : nil
      }
      return found.first?.program
    }
    let direct = "#!/bin/sh\nSENDMAIL=\"/usr/sbin/sendmail -G -i\"\n$SENDMAIL \"$@\"\n"
    #expect(program(direct) == "/usr/sbin/sendmail")
    let other = "#!/bin/sh\n# not sendmail, nor /usr/sbin/sendmail\nexec lmtp-client\n"
    #expect(program(other) == nil)
  }

  @Test(
    arguments: [
      ("diverted, its account is unknown", true, "root, postern, vmail", [], true),
      ("diverted, its account is exempt", true, "root, postern", ["vmail"], false),
      ("not diverted, its account may submit", false, "root, postern, vmail", [], false),
      ("not diverted, its account may not submit", false, "root, postern", ["vmail"], true),
    ] as [(String, Bool, String, Set<String>, Bool)])
  func `received mail is lost where a content filter is refused`(
    name: String, isDiverted: Bool, users: String, exempt: Set<String>, isFound: Bool
  ) {
    let instance = Self.instance("f unix - n n - - pipe user=vmail argv=/usr/sbin/sendmail -oi")
    let gate = MailGate(
      isPostern: { _ in isDiverted }, users: SubmitUsers(users), exempt: exempt)
    let found = CallerExamination.filters(instance).compactMap(gate.finding)
    #expect(found.map(\.code) == (isFound ? [.mailResubmitted] : []), "\(name)")
  }

  @Test func `listening sockets are told from connections, with the address to try`() {
    let head = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt\n"
    let tail = " 00000000:00000000 00:00000000 00000000     0        0 1659 1 0\n"
    let four =
      head + "   0: 0100007F:2729 00000000:0000 0A" + tail + "   1: 00000000:0019 00000000:0000 0A"
      + tail
      + "   2: 0100007F:2729 0100007F:1234 01" + tail + "   3: 0100007F:2729 00000000:0000 0A"
      + tail
    #expect(
      ListeningSockets.parse(four) == [
        .init(address: "127.0.0.1", port: 10_025), .init(address: "127.0.0.1", port: 25),
      ])
    let six =
      head + "   0: 00000000000000000000000001000000:0019 00000000000000000000000000000000:0000 0A"
      + tail
      + "   1: B80D0120000000000000000001000000:0050 00000000000000000000000000000000:0000 0A"
      + tail
    #expect(
      ListeningSockets.parse(six) == [
        .init(address: "0:0:0:0:0:0:0:1", port: 25),
        .init(address: "2001:db8:0:0:0:0:0:1", port: 80),
      ])
  }

  @Test func `the other end of a connection is told by its port, and only while it is open`() {
    let rest = " 00000000:00000000 00:00000000 00000000   109        0 "
    let table = """
        sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
         0: 0100007F:2729 00000000:0000 0A\(rest)10 1
         1: 0100007F:2729 0100007F:1234 01\(rest)11 1
         2: 0100007F:1234 0100007F:2729 01\(rest)12 1
         3: 0100007F:0019 0100007F:1234 06\(rest)13 1
      """
    #expect(OtherEnd.inodes(in: table, connectedTo: 0x1234) == ["11"])
    #expect(OtherEnd.inodes(in: table, connectedTo: 0x1235) == [])
  }

  @Test func `a process is its real user's`() {
    #expect(OtherEnd.userID(in: "Name:\tx\nUid:\t109\t0\t0\t0\nGid:\t1\t1\t1\t1\n") == 109)
    #expect(OtherEnd.userID(in: "Name:\tUid: 109\n") == nil)
  }

  @Test(
    arguments: [
      ("nobody listens", [.closed], "closed"), ("it is refused", [.refused("554")], "closed"),
      ("the door", [.closed, .served("220")], "served by Postern on 127.0.0.1:26"),
      ("the door and a mute", [.served(""), .undecided("")], "unclear on 127.0.0.1:26"),
      (
        "the door and an open one", [.accepted(""), .undecided(""), .served("")],
        "open on 127.0.0.1:25"
      ),
    ] as [(String, [SMTPDialogue.Outcome], String)])
  func `the worst server of the machine tells what a site finds`(
    name: String, outcomes: [SMTPDialogue.Outcome], expected: String
  ) {
    let attempts = outcomes.enumerated().map { place, outcome in
      SMTPExamination.Attempt(address: "127.0.0.1", port: UInt16(25 + place), outcome: outcome)
    }
    #expect(LocalSMTP(attempts).text == expected, "\(name)")
  }

  @Test(
    arguments: [
      ("nothing", [:], []),
      ("masquerading", ["masquerade_domains": "a.example"], ["masquerade_domains = a.example"]),
      (
        "a map of senders", ["sender_canonical_maps": "hash:/x"],
        ["sender_canonical_maps = hash:/x"]
      ),
      ("a map", ["canonical_maps": "hash:/x"], ["canonical_maps = hash:/x"]),
      ("a domain for single labels", ["append_dot_mydomain": "yes"], ["append_dot_mydomain = yes"]),
      ("none for them", ["append_dot_mydomain": "no"], []),
    ] as [(String, [String: String], [String])])
  func `what cleanup changes afterwards is told`(
    name: String, values: [String: String], expected: [String]
  ) {
    #expect(SenderRewriting.settings(values) == expected, "\(name)")
  }

  private static let sites = PoolListener.Sites(
    users: ["alice": 1_001, "bob": 1_002], groups: [1_001, 1_002])

  @Test(arguments: [
    ("a port", "listen = 127.0.0.1:9002", true), ("a bare port", "listen = 9000", true),
    ("a socket", "listen = /run/php/$pool.sock", false),
    ("a socket that is open", "listen = /run/php/x.sock\nlisten.mode = 0666", true),
    (
      "a socket of the web server",
      "listen = /run/x.sock\nlisten.owner = www-data\nlisten.mode = 0660", false
    ),
    ("a socket of another site", "listen = /run/x.sock\nlisten.owner = alice", true),
    ("a socket of its own", "listen = /run/x.sock\nlisten.owner = bob", false),
    ("a socket of another site's group", "listen = /run/x.sock\nlisten.group = alice", true),
    (
      "another site's group that may not write",
      "listen = /run/x.sock\nlisten.group = alice\nlisten.mode = 0600", false
    ),
  ])
  func `a pool that others can reach runs their scripts`(name: String, lines: String, isFound: Bool)
    throws
  {
    let listener = try #require(
      PoolListener.parse("[global]\npid = x\n[bob]\nuser = bob\n\(lines)\n", file: "b.conf").first)
    #expect(listener.pool == "bob")
    #expect((listener.finding(nil, Self.sites) != nil) == isFound, "\(name)")
  }

  @Test func `every site is asked about the packet filter, not the first alone`() {
    func account(_ uid: UInt32) -> Account {
      Account(name: Array("u\(uid)".utf8), userID: uid, groupID: uid, fullName: [])
    }
    // The rules know the first two.
    let rules = IptablesRuleset.parse(
      "*filter\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT -p tcp --dport 25 -m owner --uid-owner 1001-1002 -j DROP\n"
        + "-A OUTPUT -p tcp -m multiport --dports 465,587 -j DROP\nCOMMIT\n", isIPv6: false
    ) { _ in nil }
    let six = IptablesRuleset.parse("*filter\n:OUTPUT DROP [0:0]\nCOMMIT\n", isIPv6: true) { _ in
      nil
    }
    func codes(_ users: [Account]) -> [FindingCode] {
      OutgoingExamination.findings([rules, six], users: users).map(\.code)
    }
    #expect(codes([account(1_001), account(1_002)]) == [])
    #expect(codes([account(1_001), account(1_002), account(1_003)]) == [.outgoingOpen])
    let open = OutgoingExamination.findings([], users: [account(1_001)])
    #expect(open.map(\.code) == [.outgoingOpen, .outgoingSubmission])
    #expect(
      OutgoingExamination.findings([rules, six], users: (1_001...11_000).map(account)).first?
        .evidence
        .first?.contains("u1003 (UID 1003) and 9997 more") == true)
  }

  @Test func `the last line tells what was not looked at`() {
    var diagnosis = Diagnosis()
    #expect(diagnosis.report == "0 holes, 0 faults, 0 pieces of advice\n")
    diagnosis.skip("a port", because: "no answer")
    #expect(diagnosis.report.hasSuffix("\n0 holes, 0 faults, 0 pieces of advice, 1 not examined\n"))
  }
}
