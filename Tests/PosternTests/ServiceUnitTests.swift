import Testing

@testable import postern

@Suite("Services of PHP")
struct ServiceUnitTests {
  private static func codes(_ lines: String) -> [String] {
    var unit = ServiceUnit(name: "php8.2-fpm.service", source: "")
    unit.add("[Service]\n" + lines, file: "a.conf")
    return unit.findings(written: ["/var/lib/postern", "/var/spool/postfix/maildrop"]).map(
      \.code.rawValue)
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
      []
    ),
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

  @Test func `what systemctl shows is read, too`() {
    let shown = "NoNewPrivileges=yes\nSystemCallFilter=~mount umount2 setresuid\nReadWritePaths=\n"
    let unit = ServiceUnit.shown(shown, name: "php8.2-fpm.service")
    #expect(
      unit.findings(written: ["/var/lib/postern"]).map(\.code) == [.unitSetID, .unitSystemCalls])
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
