import Testing

@testable import Policy
@testable import postern

@Suite("Findings and evidence")
struct DoctorTests {
  @Test(arguments: [
    ("relaying refused", "554 5.7.1 <a@b>: Relay access denied", "refused"),
    ("relaying put off", "454 4.7.1 <a@b>: Relay access denied", "refused"),
    ("a password wanted", "530 5.7.0 Authentication required", "refused"),
    ("TLS wanted", "530 5.7.0 Must issue a STARTTLS command first", "undecided"),
    ("no such domain", "450 4.1.2 <a@b>: Domain not found", "undecided"),
    ("a domain without mail", "556 5.1.10 <a@b>: Domain does not accept mail", "undecided"),
    ("a server that is busy", "421 4.3.2 try later", "undecided"),
  ])
  func `only a refusal by policy says that a door is shut`(
    name: String, reply: String, expected: String
  ) throws {
    let parsed = try #require(SMTPDialogue.parse(Array("\(reply)\r\n".utf8)))
    let outcome = SMTPDialogue.verdict(of: parsed, accepting: false)
    let isRefused = if case .refused = outcome { true } else { false }
    #expect((isRefused ? "refused" : "undecided") == expected, "\(name)")
  }

  @Test(arguments: [
    ("everybody's processes", "rw,nosuid", true), ("switched off", "rw,hidepid=0", true),
    ("switched off by name", "rw,hidepid=off", true), ("hidden", "rw,hidepid=invisible", false),
    ("no access", "rw,hidepid=noaccess", false), ("hidden, by number", "rw,hidepid=2", false),
  ])
  func `recipients can be read where /proc hides no processes`(
    name: String, options: String, isFound: Bool
  ) {
    let below = "proc /proc proc rw,hidepid=2 0 0\n"
    let beside = "proc /srv/jail/proc proc rw 0 0\ntmpfs /tmp tmpfs rw 0 0\n"
    let mounts = below + "proc /proc proc \(options) 0 0\n" + beside
    #expect((MachineExamination.processes(mounts) != nil) == isFound, "\(name)")
    #expect(MachineExamination.processes("") == nil)
  }

  @Test func `a reply of several lines is complete with its last one`() {
    #expect(SMTPDialogue.parse(Array("250-mail\r\n250-SIZE\r\n".utf8)) == nil)
    #expect(SMTPDialogue.parse(Array("250-mail\r\n250 SIZE".utf8)) == nil)
    #expect(SMTPDialogue.parse(Array("250-mail\r\n250 SIZE\r\n".utf8))?.code == 250)
    #expect(SMTPDialogue.parse(Array("hello\r\n".utf8)) == nil)
  }

  @Test func `mail that a server would take is a hole, an untried server that trusts us is advice`()
  {
    func codes(_ outcome: SMTPDialogue.Outcome, _ networks: String) -> [FindingCode] {
      let attempt = SMTPExamination.Attempt(address: "::1", port: 25, outcome: outcome)
      return SMTPExamination.findings([attempt], user: "alice", networks: networks).map(\.code)
    }
    #expect(codes(.accepted("250 2.1.5 Ok"), "") == [.smtpOpen])
    #expect(codes(.refused("554 5.7.1"), "127.0.0.0/8") == [])
    #expect(codes(.closed, "127.0.0.0/8") == [])
    #expect(codes(.undecided("530"), "127.0.0.0/8 [::1]/128") == [.smtpTrusted])
    #expect(codes(.undecided("530"), "192.0.2.0/24") == [])
  }

  @Test(
    arguments: [
      ("the same as before", "alice", 1001, []), ("another name", "mallory", 1001, ["user-reused"]),
      ("nobody", nil, 1001, ["user-gone"]), ("a second name of the UID", "first", nil, []),
    ] as [(String, String?, UInt32?, [String])])
  func `a UID must still belong to its user`(
    name: String, owner: String?, uid: UInt32?, expected: [String]
  ) {
    let entry = SenderEntry(uid: 1001, user: Array("alice".utf8), login: Array("alice".utf8))
    // With `uid` nil the account has both names.
    let today = UserExamination.Directory(
      name: { _ in owner }, userID: { _ in owner == "alice" || uid == nil ? 1001 : nil })
    #expect(UserExamination.findings([entry], today).map(\.code.rawValue) == expected, "\(name)")
  }

  @Test func `members of postdrop's group are strangers unless they are Postfix`() {
    let groups = GroupFile.parse("postdrop:x:104:alice,postfix\nnonsense\nempty:x:5:\n")
    #expect(groups.map(\.name) == ["postdrop", "empty"])
    let found = groups.map { GroupFile.finding($0, trusted: ["postfix"])?.code }
    #expect(found == [.postdropMember, nil])
  }

  @Test func `of set-id programs those that carry mail are found`() {
    func program(_ path: String, owner: UInt32 = 0, group: UInt32 = 0, _ mode: UInt32)
      -> SetIDExamination.Program
    {
      SetIDExamination.Program(path: path, ownerUID: owner, groupGID: group, mode: mode)
    }
    let rights = SetIDExamination.Rights(gateUID: 990, postdropGID: 104)
    let programs = [
      program("/usr/bin/passwd", 0o4755), program("/usr/sbin/postdrop", group: 104, 0o2755),
      program("/opt/old/postdrop", group: 104, 0o2755), program("/usr/sbin/exim4", 0o4755),
      program("/srv/sendmail", owner: 990, 0o4755), program("/usr/bin/mail-lock", group: 8, 0o2755),
    ]
    let found = SetIDExamination.findings(programs, rights, expected: ["/usr/sbin/postdrop"])
    #expect(found.map(\.code) == [.postdropCopy, .setIDMailer, .setIDMailer])
  }

  @Test
  func `a step on the way is open to others by owner or mode, but not below a sticky directory`() {
    func isOpen(_ owner: UInt32, _ mode: UInt32) -> Bool {
      FileGuard.Step(path: "/x", ownerUID: owner, mode: mode).isOpen(to: 0, isDirectory: true)
    }
    #expect(!isOpen(0, 0o755) && isOpen(1001, 0o755) && isOpen(0, 0o775) && isOpen(0, 0o757))
    #expect(!isOpen(0, 0o1777))
  }

  @Test func `the worst comes first, in both reports, and evidence cannot end a line`() throws {
    var diagnosis = Diagnosis()
    diagnosis.add(Finding(.mapStale, "stale", evidence: ["a\u{1B}[31m\n\"b\""], remedy: "build"))
    diagnosis.add(Finding(.outgoingOpen, "open", evidence: [], remedy: "nft"))
    diagnosis.skip("PHP", because: "none")
    #expect(diagnosis.has(.hole) && diagnosis.sorted.map(\.code) == [.outgoingOpen, .mapStale])
    let json = try #require(JSONValue(parsing: diagnosis.json))
    let findings = try #require(json["findings"]?.elements)
    #expect(findings.map { $0["severity"]?.text } == ["hole", "fault"])
    #expect(findings[1]["evidence"]?.elements.first?.text == "a\u{1B}[31m\n\"b\"")
    #expect(json["unexamined"]?.elements.first?.text == "PHP: none")
    #expect(
      !diagnosis.report.contains("\u{1B}") && diagnosis.report.contains("not examined: PHP: none\n")
    )
    #expect(diagnosis.report.hasSuffix("1 hole, 1 fault, 0 pieces of advice, 1 not examined\n"))
  }
}
