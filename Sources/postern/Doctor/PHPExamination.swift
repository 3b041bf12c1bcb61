internal import LinuxSystem

/// Every PHP of the machine, and every pool and virtual host that has a value of its own.
enum PHPExamination {
  private static let root = "/etc/php"
  /// Beside Debian's own, whose files are read: PHPs of panels and those built by hand.
  private static let otherDirectories = ["/usr/local/bin", "/usr/local/sbin"]
  private static let productDirectories = ["/opt", "/opt/php", "/opt/plesk/php", "/opt/cpanel"]
  /// Files that one directory or pattern may contribute.
  private static let fileLimit = 10_000

  static func run(dropIn: String, _ diagnosis: inout Diagnosis) {
    let own = Machine.status(dropIn)
    let isDropIn = { (program: String) in
      guard let own, let status = Machine.status(program) else { return program == dropIn }
      return status.deviceNumber == own.deviceNumber && status.inode == own.inode
    }
    var runtimes: [PHPJudgement.Runtime] = []
    for version in Machine.entries(root) {
      for interface in Machine.entries("\(root)/\(version)") {
        let directory = "\(root)/\(version)/\(interface)"
        guard Machine.exists(directory + "/php.ini") || Machine.exists(directory + "/conf.d")
        else { continue }
        let settings = iniSettings(directory)
        runtimes.append(PHPJudgement.Runtime(name: directory, settings: settings))
        if interface == "fpm" { runtimes += pools(directory, &diagnosis) }
        if interface == "apache2" { runtimes += virtualHosts() }
      }
    }
    runtimes += others()
    if runtimes.isEmpty { diagnosis.skip("PHP", because: "no PHP was found") }
    for runtime in runtimes {
      diagnosis.add(PHPJudgement.findings(runtime, dropIn: dropIn, isDropIn: isDropIn))
    }
  }

  private static func iniSettings(_ directory: String) -> [PHPSettings.Setting] {
    let extra = Machine.entries(directory + "/conf.d").filter { $0.hasSuffix(".ini") }
      .map { "\(directory)/conf.d/\($0)" }
    return ([directory + "/php.ini"] + extra).flatMap { file in
      Machine.text(file).map { PHPSettings.ini($0, file: file) } ?? []
    }
  }

  /// Pools of a php-fpm that change something.
  private static func pools(
    _ directory: String, _ diagnosis: inout Diagnosis
  ) -> [PHPJudgement.Runtime] {
    let main = directory + "/php-fpm.conf"
    let patterns = Machine.text(main).map(PHPSettings.includes) ?? ["\(directory)/pool.d/*.conf"]
    var runtimes: [PHPJudgement.Runtime] = []
    for file in [main] + patterns.flatMap(matches) {
      guard let text = Machine.text(file) else { continue }
      let (settings, chroots, names) = PHPSettings.pools(text, file: file)
      for name in names where settings.contains(where: { $0.scope == name }) {
        let own = settings.filter { $0.scope == name }
        runtimes.append(PHPJudgement.Runtime(name: "the pool", settings: own, isPart: true))
      }
      for setting in chroots {
        let inside = setting.value + "/usr/local/lib/postern/sendmail"
        diagnosis.add(PHPJudgement.chroot(setting, hasDropIn: Machine.exists(inside)))
      }
    }
    return runtimes
  }

  /// The files of `DIRECTORY/*.conf`; php-fpm takes any glob(7), of which this is the one in use.
  private static func matches(_ pattern: String) -> [String] {
    guard let slash = pattern.lastIndex(of: "/") else { return [] }
    let directory = String(pattern[..<slash])
    guard let (before, after) = String(pattern[pattern.index(after: slash)...]).divided(at: "*")
    else { return [pattern] }
    return Machine.entries(directory).filter { $0.hasPrefix(before) && $0.hasSuffix(after) }
      .prefix(fileLimit).map { "\(directory)/\($0)" }
  }

  private static func virtualHosts() -> [PHPJudgement.Runtime] {
    let apache = "/etc/apache2"
    let files = ["sites-enabled", "conf-enabled"].flatMap { matches("\(apache)/\($0)/*.conf") }
    let settings = ([apache + "/apache2.conf"] + files).flatMap { file in
      Machine.text(file).map { PHPSettings.apache($0, file: file) } ?? []
    }
    return settings.map { PHPJudgement.Runtime(name: "Apache", settings: [$0], isPart: true) }
  }

  /// PHPs outside of Debian's layout are asked themselves.
  private static func others() -> [PHPJudgement.Runtime] {
    let products = productDirectories.flatMap { directory in
      Machine.entries(directory).flatMap { name in
        ["bin", "sbin", "root/usr/bin", "root/usr/sbin"].map { "\(directory)/\(name)/\($0)" }
      }
    }
    return (otherDirectories + products).flatMap { directory in
      Machine.entries(directory).filter(isPHP).compactMap { name in
        let program = "\(directory)/\(name)"
        // A link is another name of a PHP that is looked at where it is.
        guard Machine.status(program, followingLinks: false)?.isRegular == true,
          let output = Machine.run([program, "-i"])?.success
        else { return nil }
        let settings = PHPSettings.information(output, file: "\(program) -i")
        return settings.isEmpty ? nil : PHPJudgement.Runtime(name: program, settings: settings)
      }
    }
  }

  /// php, php8.2, php-cgi, php-fpm8.2, lsphp; not php-config or phpize.
  static func isPHP(_ name: String) -> Bool {
    for stem in ["php-fpm", "php-cgi", "lsphp", "php"] where name.hasPrefix(stem) {
      return name.dropFirst(stem.count).allSatisfy { $0.isNumber || $0 == "." }
    }
    return false
  }
}
