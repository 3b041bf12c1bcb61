internal import LinuxSystem

/// The running services of PHP: each goes by the settings that it read at its start or last reload.
enum PHPMasters {
  /// One first process of a service.
  struct Master: Equatable {
    let pid: Int
    /// The name of its program: `php-fpm8.2`, `apache2`.
    let name: String
    /// What it calls itself: `php-fpm: master process (/etc/php/8.2/fpm/php-fpm.conf)`.
    let title: String
    /// When it has read its settings, in seconds since 1970.
    let readAt: UInt64

    /// php8.2-fpm is started as php-fpm8.2.
    var service: String {
      guard name.hasPrefix("php-fpm"), name != "php-fpm" else { return name }
      return "php\(name.dropFirst("php-fpm".count))-fpm"
    }
  }

  /// A file that says where mail goes, with when it was changed.
  struct Source: Equatable {
    let path: String
    let changedAt: UInt64
  }

  /// A file that is written and read within a moment.
  private static let tolerance: UInt64 = 1
  private static let names = ["php-fpm", "apache2", "httpd", "lsphp", "litespeed"]

  /// Judges a master.
  static func finding(_ master: Master, _ sources: [Source], now: UInt64) -> Finding? {
    let newer = sources.filter { $0.changedAt > master.readAt + tolerance }
    guard !newer.isEmpty else { return nil }
    return Finding(
      .phpNotReloaded,
      "\(master.service) was not reloaded since what says where its sites' mail goes was changed: it still goes "
        + "where it went before, or is refused",
      evidence: [
        "process \(master.pid): has read its settings \(Age.text(of: master.readAt, now: now)) ago"
      ] + newer.map { "\($0.path): changed \(Age.text(of: $0.changedAt, now: now)) ago" },
      remedy: "systemctl reload \(master.service)")
  }

  /// Judges all of them.
  ///
  /// - Parameters:
  ///   - sources: The files behind a master's settings.
  ///   - diagnosis: Takes what is found.
  static func run(sources: (Master) -> [Source], _ diagnosis: inout Diagnosis) {
    let now = Clock.seconds()
    for master in running() { diagnosis.add(finding(master, sources(master), now: now)) }
  }

  /// One line of /proc/PID/stat, as far as it matters (proc(5)).
  struct Status: Equatable {
    let name: String
    let parent: Int
    /// In hundredths of a second since the start of the machine.
    let start: UInt64

    init?(_ text: String) {
      // The name may hold anything, parentheses as well.
      guard let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")") else {
        return nil
      }
      let fields = text[text.index(after: close)...].split(separator: " ")
      guard fields.count > 19, let parent = Int(fields[1]), let start = UInt64(fields[19]) else {
        return nil
      }
      name = String(text[text.index(after: open)..<close])
      self.parent = parent
      self.start = start
    }
  }

  private static func running() -> [Master] {
    let all = Dictionary(
      Machine.entries("/proc").compactMap(Int.init).compactMap { pid -> (Int, Status)? in
        guard let name = Machine.text("/proc/\(pid)/comm")?.trimmed,
          names.contains(where: name.hasPrefix),
          let status = Machine.text("/proc/\(pid)/stat").flatMap(Status.init)
        else { return nil }
        return (pid, status)
      }
    ) { first, _ in first }
    let boot = bootTime()
    return all.sorted { $0.key < $1.key }.compactMap { pid, status in
      guard all[status.parent]?.name != status.name, isOfThisMachine(pid) else { return nil }
      let starts = all.values.filter { $0.parent == pid }.map(\.start)
      // A reload replaces the workers, not the master.
      let began = boot + max(status.start, starts.min() ?? 0) / 100
      let title = Machine.text("/proc/\(pid)/cmdline")?.replacing("\0", with: " ").trimmed ?? ""
      return Master(
        pid: pid, name: status.name, title: title, readAt: pidFileTime(pid, status.name) ?? began)
    }
  }

  /// When php-fpm has written its process ID: it does so at each reload, too.
  private static func pidFileTime(_ pid: Int, _ name: String) -> UInt64? {
    let version = name.dropFirst("php-fpm".count)
    guard name.hasPrefix("php-fpm") else { return nil }
    for path in ["/run/php/php\(version)-fpm.pid", "/run/php-fpm/php-fpm.pid"] {
      guard Machine.text(path)?.trimmed == "\(pid)", let status = Machine.status(path) else {
        continue
      }
      return status.modifiedNanoseconds / 1_000_000_000
    }
    return nil
  }

  /// Not one of a container, which sees other files.
  private static func isOfThisMachine(_ pid: Int) -> Bool {
    guard let own = Machine.status("/etc"), let its = Machine.status("/proc/\(pid)/root/etc") else {
      return false
    }
    return own.inode == its.inode && own.deviceNumber == its.deviceNumber
  }

  private static func bootTime() -> UInt64 {
    let line = Machine.lines(Machine.text("/proc/stat") ?? "").first { $0.hasPrefix("btime ") }
    return line.flatMap { UInt64($0.dropFirst("btime ".count)) } ?? 0
  }
}
