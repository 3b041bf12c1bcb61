import Testing

@testable import postern

@Suite("Services of PHP")
struct ServiceUnitTests {
  private static func codes(
    _ lines: String, gate: DropInExamination.Form = .setID
  ) -> [String] {
    var unit = ServiceUnit(name: "php8.2-fpm.service", source: "")
    unit.add("[Service]\n" + lines, file: "a.conf")
    let written = ["/var/lib/postern", "/var/spool/postfix/maildrop"]
    return unit.findings(written: written, gate: gate).map(\.code.rawValue)
  }

  @Test(arguments: [
    ("Debian's unit", "Type=notify\nExecStart=/usr/sbin/php-fpm8.2", []),
    ("no new privileges", "NoNewPrivileges=true", ["unit-set-id"]),
    ("switched off again", "NoNewPrivileges=true\nNoNewPrivileges=no", []),
    ("a comment", "#NoNewPrivileges=true", []),
    ("another section", "[Install]\nNoNewPrivileges=true", []),
    ("user namespace", "PrivateUsers=yes", ["unit-set-id"]),
    ("dynamic user", "DynamicUser=yes", ["unit-set-id"]),
    ("restricted set-id files", "RestrictSUIDSGID=yes", ["unit-restricts-set-id"]),
    ("all system calls of services", "SystemCallFilter=@system-service", []),
    (
      "without the privileged ones",
      "SystemCallFilter=@system-service\nSystemCallFilter=~@privileged @resources",
      ["unit-system-calls"]
    ),
    (
      "without them, but with setuid",
      "SystemCallFilter=@system-service\nSystemCallFilter=~@privileged\nSystemCallFilter=@setuid",
      ["unit-system-calls"]
    ),
    (
      "without them, but with both",
      "SystemCallFilter=@system-service\nSystemCallFilter=~@privileged\n"
        + "SystemCallFilter=@setuid setfsuid",
      []
    ),
    ("a denial of the user of files", "SystemCallFilter=~setfsuid", ["unit-system-calls"]),
    ("a list without setresuid", "SystemCallFilter=@basic-io @file-system", ["unit-system-calls"]),
    ("a denial of others", "SystemCallFilter=~@mount @reboot", []),
    ("a denial of it, continued", "SystemCallFilter=~@mount \\\n  @setuid", ["unit-system-calls"]),
    ("an error number", "SystemCallFilter=~setresuid:EPERM", ["unit-system-calls"]),
    ("strict, nothing writable", "ProtectSystem=strict", ["unit-read-only"]),
    (
      "strict, with both directories",
      "ProtectSystem=strict\nReadWritePaths=/var/lib/postern /var/spool/postfix/maildrop", []
    ),
    ("strict, with the directories above", "ProtectSystem=strict\nReadWritePaths=-/var/\n", []),
    (
      "strict, with one of them", "ProtectSystem=strict\nReadWritePaths=/var/lib/postern",
      ["unit-read-only"]
    ),
    (
      "strict, forgotten again", "ProtectSystem=strict\nReadWritePaths=/var\nReadWritePaths=",
      ["unit-read-only"]
    ),
    ("full", "ProtectSystem=full", []),
    ("only reading below /var", "ReadOnlyPaths=/var", ["unit-read-only"]),
    (
      "reading below /var, but",
      "ReadOnlyPaths=/var\nReadWritePaths=/var/lib/postern /var/spool/postfix", []
    ),
    ("another root", "RootDirectory=/srv/jail", ["unit-root"]),
    ("the same root", "RootDirectory=/", []),
  ])
  func `what breaks the gate is found`(name: String, lines: String, expected: [String]) {
    #expect(Self.codes(lines) == expected, "\(name)")
  }

  @Test(arguments: [
    ("Debian's unit", "Type=notify", []),
    ("a bounding set without it", "CapabilityBoundingSet=CAP_CHOWN CAP_SETGID", ["unit-set-id"]),
    ("a bounding set with it", "CapabilityBoundingSet=CAP_SETGID CAP_SETUID", []),
    ("as systemctl shows it", "CapabilityBoundingSet=cap_chown cap_setuid", []),
    ("taken away", "CapabilityBoundingSet=~CAP_SETUID", ["unit-set-id"]),
    ("another one taken away", "CapabilityBoundingSet=~CAP_SYS_ADMIN", []),
    ("given in two lines", "CapabilityBoundingSet=CAP_CHOWN\nCapabilityBoundingSet=CAP_SETUID", []),
    ("none at all", "CapabilityBoundingSet=", ["unit-set-id"]),
    ("all system calls of services", "SystemCallFilter=@system-service", []),
    (
      "privileged ones, but setuid, taken away",
      "SystemCallFilter=~@privileged\nSystemCallFilter=@setuid setfsuid", ["unit-system-calls"]
    ),
    (
      "with the one for capabilities",
      "SystemCallFilter=~@privileged\nSystemCallFilter=@setuid setfsuid capset", []
    ),
  ])
  func `what a drop-in with a capability needs besides is found`(
    name: String, lines: String, expected: [String]
  ) {
    #expect(Self.codes(lines, gate: .capability) == expected, "\(name)")
    let isBounded = lines.contains("Capability")
    if isBounded { #expect(Self.codes(lines) == [], "\(name), set-uid") }
  }

  @Test func `what systemctl shows is read, too`() {
    let shown = "NoNewPrivileges=yes\nSystemCallFilter=~mount umount2 setresuid\nReadWritePaths=\n"
    let unit = ServiceUnit.shown(shown, name: "php8.2-fpm.service")
    #expect(
      unit.findings(written: ["/var/lib/postern"], gate: .setID).map(\.code) == [
        .unitSetID, .unitSystemCalls,
      ])
  }

  @Test(arguments: [
    ("php8.2-fpm.service", "php8.2-fpm.service"), ("php8.2-fpm.service.d", "php8.2-fpm.service"),
    ("apache2.service", "apache2.service"), ("php-fpm@.service", nil),
    ("phpsessionclean.service", nil),
    ("nginx.service", nil),
  ])
  func `a unit that runs PHP is known by its name`(entry: String, expected: String?) {
    #expect(ServiceExamination.unit(entry) == expected)
  }
}
