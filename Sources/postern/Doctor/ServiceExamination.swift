/// The services that run PHP.
enum ServiceExamination {
  /// Where units are, the most important place first.
  private static let directories = [
    "/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system", "/lib/systemd/system",
  ]
  /// Exists where systemd is the first process (sd_booted(3)).
  private static let runs = "/run/systemd/system"

  static func run(
    written: [String], gate: DropInExamination.Form?, _ diagnosis: inout Diagnosis
  ) {
    let names = Set(directories.flatMap(Machine.entries).compactMap(unit)).sorted()
    if names.isEmpty {
      return diagnosis.skip("services of PHP", because: "no systemd unit of PHP was found")
    }
    let isLive = Machine.exists(runs) && Machine.has("systemctl")
    for name in names {
      let unit = (isLive ? shown(name) : nil) ?? read(name)
      diagnosis.add(unit.findings(written: written, gate: gate))
    }
  }

  /// The name of a unit that runs PHP, from that of its file or drop-in directory.
  static func unit(_ entry: String) -> String? {
    let name = entry.hasSuffix(".d") ? String(entry.dropLast(2)) : entry
    guard name.hasSuffix(".service"), !name.hasSuffix("@.service") else { return nil }
    let isFPM = name.hasPrefix("php") && name.contains("fpm")
    let isWebServer = ["apache2.service", "httpd.service", "lsws.service"].contains(name)
    return isFPM || isWebServer ? name : nil
  }

  /// What systemd itself says, everything included.
  private static func shown(_ name: String) -> ServiceUnit? {
    let property = ServiceUnit.properties.joined(separator: ",")
    guard let text = Machine.run(["systemctl", "show", "-p", property, name])?.success else {
      return nil
    }
    let unit = ServiceUnit.shown(text, name: name)
    return unit.values.isEmpty ? nil : unit
  }

  /// What the files say: the first unit file, then the drop-ins by name, of which the first of a
  /// name counts.
  private static func read(_ name: String) -> ServiceUnit {
    var unit = ServiceUnit(name: name, source: name)
    let files = directories.map { "\($0)/\(name)" }
    if let file = files.first(where: Machine.exists), let text = Machine.text(file) {
      unit.add(text, file: file)
    }
    var parts: [String: String] = [:]
    for directory in directories.flatMap({ ["\($0)/\(name).d", "\($0)/service.d"] }) {
      for part in Machine.entries(directory) where part.hasSuffix(".conf") && parts[part] == nil {
        parts[part] = "\(directory)/\(part)"
      }
    }
    for (_, file) in parts.sorted(by: { $0.key < $1.key }) {
      if let text = Machine.text(file) { unit.add(text, file: file) }
    }
    return unit
  }
}
