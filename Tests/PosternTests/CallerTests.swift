import InternetMessage
import Policy
import Testing

@testable import postern

@Suite("Programs that send mail themselves")
struct CallerTests {
  @Test(
    arguments: [
      ("a path", "/usr/lib/sendmail -oi -t", "/usr/lib/sendmail"),
      ("behind another program", "/usr/bin/spamc -e /usr/sbin/sendmail -oi", "/usr/sbin/sendmail"),
      ("behind a pipe", "formail -r | $SENDMAIL -t", "/usr/sbin/sendmail"),
      ("in a shell", "sh -c \"cat;sendmail -i x@y\"", "/usr/sbin/sendmail"),
      ("a program that calls it", "/usr/bin/vacation alice", "/usr/sbin/sendmail"),
      (
        "Postfix's own, by --divert", "/usr/sbin/sendmail.postfix -oi", "/usr/sbin/sendmail.postfix"
      ),
      ("another program", "/usr/bin/procmail", nil),
      ("a name that only ends so", "notsendmail x", nil),
      ("a file", "cat /var/mail", nil), ("nothing", "", nil),
    ] as [(String, String, String?)])
  func `a command line tells which sendmail it calls`(
    name: String, command: String, expected: String?
  ) {
    #expect(MailCommand.sendmail(in: command) { _ in nil } == expected, "\(name)")
  }

  @Test func `commands among aliases are found with their names and lines`() {
    let text = """
      # list: "|/usr/bin/none"
      postmaster: root
      news: alice, "|/usr/bin/mail -s news, x@y", bob
      list: |/usr/sbin/sendmail -oi l@z
      \t, "|/usr/bin/second"
      file: /var/mail/x, :include:/etc/list
      """
    let found = MailRules.aliases(text)
    #expect(found.map(\.name) == ["news", "list", "list"])
    #expect(
      found.map(\.command) == [
        "/usr/bin/mail -s news, x@y", "/usr/sbin/sendmail -oi l@z", "/usr/bin/second",
      ])
    #expect(found.map(\.line) == [3, 4, 5])
  }

  @Test func `a forward file is read as local reads it`() {
    let procmail = "IFS=' ' && exec /usr/bin/procmail -f-"
    let found = MailRules.forward("\\alice, \"|\(procmail)\"\n|/usr/bin/vacation alice\n")
    #expect(found.map(\.command) == [procmail, "/usr/bin/vacation alice"])
    #expect(MailRules.forward("# |/usr/sbin/sendmail\nbob@other.example\n").isEmpty)
  }

  @Test func `rules of procmail that forward or pipe are found, deliveries are not`() {
    let text = """
      MAILDIR=$HOME/Maildir
      :0 c
      * ^Subject:.*!important
      ! friend@other.example
      :0 w
      | formail -r | $SENDMAIL -t
      :0
      spam/
      """
    let found = MailRules.procmail(text)
    #expect(found.map(\.line) == [4, 6])
    #expect(found.compactMap { MailCommand.sendmail(in: $0.command) { _ in nil } }.count == 2)
  }

  @Test(arguments: [
    ("Sieve", "mail_plugins = $mail_plugins sieve\n", true, "/usr/sbin/sendmail", ""),
    ("none", "mail_plugins = quota\n", false, "/usr/sbin/sendmail", ""),
    ("only a comment", "# mail_plugins = sieve\n", false, "/usr/sbin/sendmail", ""),
    (
      "an account and a program",
      "mail_uid = vmail\nsendmail_path = /usr/lib/sendmail -x\nmail_plugins = sieve\n",
      true, "/usr/lib/sendmail", "vmail"
    ),
  ])
  func `Dovecot tells whether Sieve sends mail, and how`(
    name: String, text: String, sends: Bool, program: String, account: String
  ) {
    var found = MailRules.Dovecot()
    MailRules.add(text, file: "dovecot.conf", to: &found)
    #expect(found.sieve.isEmpty != sends, "\(name)")
    #expect(found.sendmailPath == program && found.account == account && !found.usesServer)
    MailRules.add("submission_host = localhost:25\n", file: "local.conf", to: &found)
    #expect(found.usesServer)
  }

  private func jobs(_ text: String, user: String? = "alice") -> [String: String] {
    var jobs = CronExamination.Jobs()
    jobs.add(text, file: "f", user: user)
    return jobs.lines
  }

  @Test(arguments: [
    ("a job that prints", "5 4 * * * /bin/report\n", true),
    ("one with a name for its time", "@daily /bin/report\n", true),
    ("one that prints into a file", "5 4 * * * /bin/report > /tmp/x 2>&1\n", false),
    ("one whose mail is off", "MAILTO=\"\"\n5 4 * * * /bin/report\n", false),
    ("one whose mail is off later", "5 4 * * * /bin/report\nMAILTO=\n", true),
    ("one whose mail is from itself", "MAILFROM=alice@shop.example\n@daily /bin/report\n", false),
    ("no job", "# 5 4 * * * /bin/report\n\nSHELL=/bin/sh\n", false),
  ])
  func `cron mails what a job prints`(name: String, text: String, isFound: Bool) {
    #expect((jobs(text)["alice"] != nil) == isFound, "\(name)")
  }

  @Test func `in the crontabs of the system the sixth column is the user`() {
    let text = "17 * * * * root cd / && run-parts x\n@daily nagios /bin/check\n5 4 * * * broken\n"
    let found = jobs(text, user: nil)
    #expect(found.keys.sorted() == ["nagios", "root"])
    #expect(found["nagios"] == "f:2: @daily nagios /bin/check")
  }

  private static func entry(_ line: String) -> SenderEntry? {
    SendersFile.parse(Array("alice \(line)\n".utf8), file: "").entries.first.map {
      let name = Array("alice".utf8)
      return SenderEntry(uid: 1_001, user: name, login: name, rules: $0.rules)
    }
  }

  @Test(
    arguments: [
      ("nobody's", nil, "has no entry"),
      ("without root's address", "info@shop.example", "may not send as root@host.example"),
      ("with root's address", "info@shop.example root@host.example", nil),
      ("rewritten", "info@shop.example from_policy=rewrite", nil), ("anybody's", "*", nil),
    ] as [(String, String?, String?)])
  func `cron's From: is root's, and the user needs to be permitted it`(
    name: String, line: String?, expected: String?
  ) {
    var configuration = Configuration()
    configuration.defaultDomain = Array("host.example".utf8)
    let entry = line.flatMap(Self.entry)
    #expect((entry == nil) == (line == nil))
    #expect(CronExamination.refusal(entry, configuration) == expected, "\(name)")
  }

  private static let log = """
    Nov 26 01:00:00 h postfix/pickup[1]: 5D92B5C29: uid=1003 from=<cronsite>
    Nov 26 01:00:00 h postfix/pickup[1]: 5D92B5C2A: uid=1003 from=<cronsite>
    Nov 26 01:00:00 h postfix-two/pickup[1]: 5D92B5C2A: uid=0 from=<root>
    Nov 26 01:00:00 h postfix/pickup[1]: 5D92B5C2A: uid=999 from=<x>
    Nov 26 01:00:00 h postfix/sendmail[9]: fatal: User symf(1002) is not allowed to submit mail
    Nov 26 01:00:00 h postfix/postdrop[9]: fatal: User symf(1002) is not allowed to submit mail
    Nov 26 01:00:00 h postfix/smtpd[9]: NOQUEUE: reject: uid=1009 from=<x>
    Nov 26 01:00:00 h logger[9]: postfix/pickup[1]: 5D92B5C2A: uid=1010 from=<x>
    Nov 26 01:00:00 h postfix/sendmail[9]: fatal: User symf(1002) is ill

    """

  private func around(isPlanned: Bool, users: String = "root, postern") -> [String] {
    var tally = MailLogExamination.Tally()
    let bytes = Array(Self.log.utf8)
    var start = 0
    for (index, byte) in bytes.enumerated() where byte == 0x0A {
      tally.take(bytes, start..<index)
      start = index + 1
    }
    let names: [UInt32: String] = [1_003: "cronsite", 1_002: "symf", 999: "postern"]
    let finding = MailLogExamination.finding(
      tally, users: SubmitUsers(users), isPlanned: isPlanned
    ) { names[$0] ?? "UID \($0)" }
    return finding?.evidence ?? []
  }

  @Test func `Postfix's own lines tell who goes around Postern, and how often`() {
    #expect(around(isPlanned: true) == ["cronsite: 2 taken", "symf: 2 refused"])
    #expect(around(isPlanned: false) == ["symf: 2 refused"])
    #expect(around(isPlanned: false, users: "root, postern, symf") == [])
  }

  private func master(_ readAt: UInt64) -> PHPMasters.Master {
    PHPMasters.Master(pid: 7, name: "php-fpm8.2", title: "", readAt: readAt)
  }

  @Test func `a service that was started before its settings were changed has former ones`() {
    let source = PHPMasters.Source(path: "/etc/php/8.2/fpm/conf.d/99.ini", changedAt: 1_000)
    #expect(PHPMasters.finding(master(900), [source], now: 2_000)?.code == .phpNotReloaded)
    #expect(PHPMasters.finding(master(1_000), [source], now: 2_000) == nil)
    #expect(PHPMasters.finding(master(900), [], now: 2_000) == nil)
    #expect(master(0).service == "php8.2-fpm")
  }

  @Test func `a process is read whatever it calls itself`() {
    let fields = (3...52).map { "\($0)" }.joined(separator: " ")
    let status = PHPMasters.Status("42 (php) fpm (8) \(fields)")
    #expect(status?.name == "php) fpm (8")
    #expect(status?.parent == 4 && status?.start == 22)
    #expect(PHPMasters.Status("42 php 1 2 3") == nil)
  }

  @Test func `an accepted finding is shown and does not count`() {
    var diagnosis = Diagnosis()
    diagnosis.add(Finding(.outgoingOpen, "open", evidence: [], remedy: "close"))
    diagnosis.add(Finding(.queueVisible, "seen", evidence: [], remedy: "hide"))
    #expect(diagnosis.has(.hole))
    diagnosis.accepted = ["outgoing-open"]
    #expect(!diagnosis.has(.hole) && diagnosis.has(.advice))
    #expect(diagnosis.report.contains("accepted hole outgoing-open: open\n"))
    #expect(diagnosis.report.hasSuffix("0 holes, 0 faults, 1 piece of advice, 1 accepted\n"))
    #expect(diagnosis.sorted.map(\.code) == [.queueVisible, .outgoingOpen])
    let object = "\"code\":\"outgoing-open\",\"severity\":\"hole\",\"accepted\":true"
    #expect(diagnosis.json.contains(object))
  }
}
