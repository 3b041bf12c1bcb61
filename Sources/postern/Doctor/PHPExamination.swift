internal import LinuxSystem

/// Every PHP of the machine, and every pool and virtual host that has a value of its own.
enum PHPExamination {
  private static let root = "/etc/php"
  /// Beside Debian's own, whose files are read: PHPs of panels and those built by hand.
  private static let otherDirectories = ["/usr/local/bin", "/usr/local/sbin"]
  private static let productDirectories = ["/opt", "/opt/php", "/opt/plesk/php", "/opt/cpanel"]
  /// Files that one directory or pattern may contribute.
  private static let fileLimit = 10_000

  static func run(
    dropIn: String, isDropIn: (String) -> Bool, sites: PoolListener.Sites,
    _ diagnosis: inout Diagnosis
  ) {
    var runtimes: [PHPJudgement.Runtime] = []
    for version in Machine.entries(root) {
      for interface in Machine.entries("\(root)/\(version)") {
        let directory = "\(root)/\(version)/\(interface)"
        guard Machine.exists(directory + "/php.ini") || Machine.exists(directory + "/conf.d")
        else { continue }
        let settings = iniSettings(directory)
        runtimes.append(PHPJudgement.Runtime(name: directory, settings: settings))
        if interface == "fpm" { runtimes += pools(directory, sites, &diagnosis) }
        if interface == "apache2" { runtimes += virtualHosts() }
      }
    }
    runtimes += others(&diagnosis)
    if runtimes.isEmpty { diagnosis.skip("PHP", because: "no PHP was found") }
    PHPMasters.run(sources: sources, &diagnosis)
    for runtime in runtimes {
      diagnosis.add(PHPJudgement.findings(runtime, dropIn: dropIn, isDropIn: isDropIn))
    }
  }

  /// What says where the mail of a running service goes: the files that set something about it, and
  /// the directory from which one may have been removed.
  private static func sources(_ master: PHPMasters.Master) -> [PHPMasters.Source] {
    let versions = Machine.entries(root).map { "\(root)/\($0)" }
    var paths: [String] = []
    if master.name.hasPrefix("php-fpm") {
      let version = String(master.name.dropFirst("php-fpm".count))
      paths = files(of: "\(root)/\(version)/fpm") + poolFiles("\(root)/\(version)/fpm")
    } else {
      paths = versions.flatMap { files(of: $0 + "/apache2") } + virtualHostFiles()
    }
    return paths.compactMap { path in
      guard let status = Machine.status(path), status.isDirectory || saysSomething(path) else {
        return nil
      }
      let seconds = status.modifiedNanoseconds / 1_000_000_000
      return PHPMasters.Source(path: path, changedAt: seconds)
    }
  }

  private static func files(of directory: String) -> [String] {
    let extra = Machine.entries(directory + "/conf.d").map { "\(directory)/conf.d/\($0)" }
    return [directory + "/php.ini", directory + "/conf.d"] + extra
  }

  private static func saysSomething(_ file: String) -> Bool {
    let text = Machine.text(file) ?? ""
    return PHPSettings.names.contains(where: text.contains)
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
    _ directory: String, _ sites: PoolListener.Sites, _ diagnosis: inout Diagnosis
  ) -> [PHPJudgement.Runtime] {
    var runtimes: [PHPJudgement.Runtime] = []
    for file in poolFiles(directory) {
      guard let text = Machine.text(file) else {
        diagnosis.skip(file, because: "it cannot be read")
        continue
      }
      for listener in PoolListener.parse(text, file: file) {
        let socket = listener.isSocketFile ? Machine.status(listener.listen) : nil
        diagnosis.add(listener.finding(socket, sites))
      }
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

  private static func poolFiles(_ directory: String) -> [String] {
    let main = directory + "/php-fpm.conf"
    let patterns = Machine.text(main).map(PHPSettings.includes) ?? ["\(directory)/pool.d/*.conf"]
    return [main] + patterns.flatMap(matches)
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
    let settings = virtualHostFiles().flatMap { file in
      Machine.text(file).map { PHPSettings.apache($0, file: file) } ?? []
    }
    return settings.map { PHPJudgement.Runtime(name: "Apache", settings: [$0], isPart: true) }
  }

  private static func virtualHostFiles() -> [String] {
    let apache = "/etc/apache2"
    let directories = VirtualHosts.Server.apache.directories + ["\(apache)/conf-enabled"]
    let files = directories.flatMap { matches("\($0)/*.conf") }
    return [apache + "/apache2.conf"] + files
  }

  /// PHPs outside of Debian's layout are asked themselves, as nobody: their files say what they
  /// load into themselves, and those may be anybody's.
  private static func others(_ diagnosis: inout Diagnosis) -> [PHPJudgement.Runtime] {
    let products = productDirectories.flatMap { directory in
      Machine.entries(directory).flatMap { name in
        ["bin", "sbin", "root/usr/bin", "root/usr/sbin"].map { "\(directory)/\(name)/\($0)" }
      }
    }
    var runtimes: [PHPJudgement.Runtime] = []
    for directory in otherDirectories + products {
      for name in Machine.entries(directory).filter(isPHP) {
        let program = "\(directory)/\(name)"
        // A link is another name of a PHP that is looked at where it is.
        guard Machine.status(program, followingLinks: false)?.isRegular == true else { continue }
        let words = [program, "-i"].map { Array($0.utf8) }
        do throws(Child.Failure) {
          let capture = try Child.run(words, as: AnyUser.account)
          let text = String(decoding: capture.output, as: UTF8.self)
          let settings = PHPSettings.information(text, file: "\(program) -i")
          if settings.isEmpty {
            diagnosis.skip(program, because: "it does not tell its settings to nobody")
          } else {
            runtimes.append(PHPJudgement.Runtime(name: program, settings: settings))
          }
        } catch {
          diagnosis.skip(program, because: error.text)
        }
      }
    }
    return runtimes
  }

  /// php, php8.2, php-cgi, php-fpm8.2, lsphp; not php-config or phpize.
  static func isPHP(_ name: String) -> Bool {
    for stem in ["php-fpm", "php-cgi", "lsphp", "php"] where name.hasPrefix(stem) {
      return name.dropFirst(stem.count).allSatisfy { $0.isNumber || $0 == "." }
    }
    return false
  }
}
