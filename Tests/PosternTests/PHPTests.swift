import Testing

@testable import postern

@Suite("PHP's way to sendmail")
struct PHPTests {
  private static let dropIn = "/usr/local/lib/postern/sendmail"

  private static func codes(_ settings: [PHPSettings.Setting], isPart: Bool = false) -> [String] {
    let runtime = PHPJudgement.Runtime(name: "php", settings: settings, isPart: isPart)
    return PHPJudgement.findings(runtime, dropIn: dropIn) { $0 == dropIn }.map(\.code.rawValue)
  }

  @Test(arguments: [
    ("nothing set", "", ["php-sendmail-path"]),
    ("the drop-in", "sendmail_path = \"/usr/local/lib/postern/sendmail -t -i\"", []),
    (
      "the drop-in in single quotes",
      "sendmail_path='/usr/local/lib/postern/sendmail -t' ; Postern", []
    ),
    (
      "commented out", ";sendmail_path = \"/usr/local/lib/postern/sendmail -t -i\"",
      ["php-sendmail-path"]
    ),
    ("Postfix's own", "sendmail_path = /usr/sbin/sendmail -t -i", ["php-sendmail-path"]),
    (
      "set twice, the last one counts",
      "sendmail_path = /usr/sbin/sendmail\nsendmail_path = /usr/local/lib/postern/sendmail -t", []
    ),
    (
      "set twice, the other way round",
      "sendmail_path = /usr/local/lib/postern/sendmail -t\nsendmail_path = /usr/sbin/sendmail",
      ["php-sendmail-path"]
    ),
    ("empty", "sendmail_path =", ["php-sendmail-path"]),
    (
      "another one for one directory",
      "[PATH=/srv/a]\nsendmail_path = /usr/sbin/sendmail\n[PHP]\nsendmail_path = /usr/local/lib/postern/sendmail -t",
      ["php-sendmail-path"]
    ),
    (
      "a section that means nothing",
      "[mail function]\nsendmail_path = /usr/local/lib/postern/sendmail -t", []
    ),
    (
      "forced options",
      "sendmail_path = /usr/local/lib/postern/sendmail -t\nmail.force_extra_parameters = -fa@b.example",
      ["php-forced-parameters"]
    ),
    (
      "no forced options",
      "sendmail_path = /usr/local/lib/postern/sendmail -t\nmail.force_extra_parameters =", []
    ),
  ])
  func `an ini file is read as PHP does`(name: String, text: String, expected: [String]) {
    #expect(Self.codes(PHPSettings.ini(text, file: "php.ini")) == expected, "\(name)")
  }

  @Test(arguments: [
    ("nothing", "user = a", []),
    ("the drop-in", "php_admin_value[sendmail_path] = /usr/local/lib/postern/sendmail -t -i", []),
    ("another one", "php_value[sendmail_path] = /usr/sbin/sendmail -t", ["php-sendmail-path"]),
    (
      "the administrator's before the other",
      "php_admin_value[sendmail_path] = /usr/local/lib/postern/sendmail\nphp_value[sendmail_path] = /usr/sbin/sendmail",
      []
    ),
    ("commented out", ";php_admin_value[sendmail_path] = /usr/sbin/sendmail", []),
  ])
  func `a pool overrides its SAPI`(name: String, text: String, expected: [String]) {
    let read = PHPSettings.pools("[global]\npid = x\n[a]\n" + text, file: "a.conf")
    #expect(read.pools == ["a"])
    #expect(Self.codes(read.settings, isPart: true) == expected, "\(name)")
  }

  @Test func `each pool is judged by itself, with its file and line`() throws {
    let read = PHPSettings.pools(
      "[a]\nphp_admin_value[sendmail_path] = /usr/sbin/sendmail\n[b]\nchroot = /srv/b\n",
      file: "x.conf")
    #expect(read.pools == ["a", "b"])
    #expect(read.settings.map(\.evidence) == ["x.conf:2: sendmail_path = /usr/sbin/sendmail"])
    let jail = try #require(read.chroots.first)
    #expect(jail.scope == "b")
    #expect(PHPJudgement.chroot(jail, hasDropIn: false)?.code == .poolChroot)
    #expect(PHPJudgement.chroot(jail, hasDropIn: true) == nil)
  }

  @Test func `a virtual host's line is found, with and without quotes`() {
    let text =
      "<VirtualHost *:80>\n  php_admin_value sendmail_path \"/usr/sbin/sendmail -t\"\n  # php_value sendmail_path /x\n"
    let found = PHPSettings.apache(text, file: "shop.conf")
    #expect(found.map(\.value) == ["/usr/sbin/sendmail -t"])
    #expect(found.first?.line == 2)
  }

  @Test func `php -i is read`() {
    let text =
      "sendmail_from => no value => no value\nsendmail_path => /usr/sbin/sendmail -t -i => /x\n"
    #expect(
      PHPSettings.information(text, file: "php -i").map(\.value) == ["/usr/sbin/sendmail -t -i"])
  }

  @Test(arguments: [
    ("php", true), ("php8.2", true), ("php-fpm8.2", true), ("lsphp", true), ("php-config", false),
    ("phpize", false), ("phar", false),
  ])
  func `a PHP is known by its name`(name: String, expected: Bool) {
    #expect(PHPExamination.isPHP(name) == expected)
  }
}
