/// The settings of a systemd service that decide whether a set-uid program works in it.
struct ServiceUnit: Equatable {
  let name: String
  /// Values by name, lines of a list joined by `;`: as `systemctl show` prints them, or as the files have them.
  var values: [String: String] = [:]
  /// Where they were seen.
  var source: String

  static let properties = [
    "NoNewPrivileges", "RestrictSUIDSGID", "ProtectSystem", "ReadWritePaths", "PrivateUsers",
    "DynamicUser", "SystemCallFilter", "RootDirectory", "RootImage", "ReadOnlyPaths",
    "InaccessiblePaths",
  ]

  /// Reads `systemctl show`: `Name=value` lines.
  static func shown(_ text: String, name: String) -> ServiceUnit {
    var unit = ServiceUnit(name: name, source: "systemctl show \(name)")
    for line in Machine.lines(text) {
      if let (key, value) = line.divided(at: "=") { unit.values[key] = value }
    }
    return unit
  }

  /// Adds a unit file or a drop-in of it, in the order in which systemd reads them.
  ///
  ///     section = "[" name "]"        ; only [Service] counts
  ///     line = name "=" value         ; an empty value forgets what a list held; "\" continues
  mutating func add(_ text: String, file: String) {
    var isService = false
    var pending = ""
    for line in Machine.lines(text) {
      let line = pending + line.trimmed
      pending = ""
      if line.hasPrefix("[") {
        isService = line == "[Service]"
      } else if line.hasSuffix("\\") {
        pending = line.dropLast() + " "
      } else if isService, !line.hasPrefix("#"), !line.hasPrefix(";"),
        let (key, value) = line.divided(at: "="), Self.properties.contains(key.trimmed)
      {
        set(key.trimmed, value.trimmed)
        source = file
      }
    }
  }

  private mutating func set(_ key: String, _ value: String) {
    let isList = ["ReadWritePaths", "ReadOnlyPaths", "InaccessiblePaths", "SystemCallFilter"]
      .contains(key)
    let former = values[key] ?? ""
    values[key] = isList && !value.isEmpty && !former.isEmpty ? former + ";" + value : value
  }

  private func isOn(_ key: String) -> Bool {
    ["yes", "true", "1", "on", "self"].contains((values[key] ?? "").lowercased())
  }

  private func line(_ key: String) -> String { "\(source): \(key)=\(values[key] ?? "")" }

  private var edit: String { "systemctl edit \(name)" }

  /// Judges the service.
  ///
  /// - Parameter written: Directories that the gate and postdrop write to.
  /// - Returns: What in it breaks the gate.
  func findings(written: [String]) -> [Finding] {
    [setID, systemCalls, readOnly(written), root, restriction].compactMap { $0 }
  }

  private var setID: Finding? {
    let causes = ["NoNewPrivileges", "PrivateUsers", "DynamicUser"].filter(isOn)
    guard !causes.isEmpty else { return nil }
    return Finding(
      .unitSetID, "in \(name) set-uid programs do not work: every message is refused",
      evidence: causes.map(line),
      remedy: "\(edit): [Service] " + causes.map { "\($0)=no" }.joined(separator: " "))
  }

  /// Without setresuid(2) the gate cannot take its own account's IDs.
  private var systemCalls: Finding? {
    let lines = (values["SystemCallFilter"] ?? "").split(separator: ";")
    // The first line decides whether the list permits or forbids; each later one adds or takes away.
    var isAllowed = lines.first?.hasPrefix("~") ?? true
    for line in lines {
      let isDenial = line.hasPrefix("~")
      let names = Set(
        String(line.drop { $0 == "~" }).listWords
          .map { $0.divided(at: ":")?.0 ?? $0 })
      let hasGroup = !names.isDisjoint(with: Self.groupsWithSetUID)
      if isDenial, hasGroup || !names.isDisjoint(with: Self.callsNeeded) { isAllowed = false }
      if !isDenial, hasGroup || names.isSuperset(of: Self.callsNeeded) { isAllowed = true }
    }
    guard !isAllowed else { return nil }
    return Finding(
      .unitSystemCalls, "\(name) forbids setresuid(2): the drop-in cannot become postern",
      evidence: [line("SystemCallFilter")],
      remedy: "\(edit): [Service] SystemCallFilter=@setuid")
  }

  /// The groups of systemd.exec(5) that hold setresuid.
  private static let callsNeeded: Set<String> = ["setresuid", "setresgid"]
  private static let groupsWithSetUID: Set<String> = ["@setuid", "@privileged", "@system-service"]

  private func readOnly(_ written: [String]) -> Finding? {
    let paths = paths("ReadWritePaths")
    let forbidden = self.paths("ReadOnlyPaths") + self.paths("InaccessiblePaths")
    let isStrict = values["ProtectSystem"]?.lowercased() == "strict"
    let missing = written.filter { directory in
      let allowed = Self.depth(of: directory, in: paths)
      let denied = Self.depth(of: directory, in: forbidden) ?? (isStrict ? 0 : nil)
      guard let denied else { return false }
      return (allowed ?? -1) < denied || allowed == nil
    }
    guard !missing.isEmpty else { return nil }
    let keys = ["ProtectSystem", "ReadWritePaths", "ReadOnlyPaths", "InaccessiblePaths"]
    return Finding(
      .unitReadOnly,
      "\(name) cannot write to \(missing.joined(separator: " ")): every message is refused",
      evidence: keys.filter { !(values[$0] ?? "").isEmpty }.map(line),
      remedy: "\(edit): [Service] ReadWritePaths=\(missing.joined(separator: " "))")
  }

  private func paths(_ key: String) -> [String] {
    (values[key] ?? "").split { $0 == ";" || $0.isWhitespace }.map { Self.plain(String($0)) }
  }

  /// The longest of the paths that holds a directory, as a length; systemd goes by the nearest one.
  private static func depth(of directory: String, in paths: [String]) -> Int? {
    paths.filter { $0 == "/" || directory == $0 || directory.hasPrefix($0 + "/") }.map(\.utf8.count)
      .max()
  }

  /// A path without the prefixes of systemd.exec(5).
  private static func plain(_ path: String) -> String {
    let path = String(path.drop { $0 == "-" || $0 == "+" })
    return path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
  }

  private var root: Finding? {
    let causes = ["RootDirectory", "RootImage"].filter { !["", "/"].contains(values[$0] ?? "") }
    guard !causes.isEmpty else { return nil }
    return Finding(
      .unitRoot, "\(name) sees another root directory: the drop-in and its files are not there",
      evidence: causes.map(line),
      remedy: "\(edit): [Service] " + causes.map { "\($0)=" }.joined(separator: " "))
  }

  /// By itself it forbids only to make files set-id, but a service manager without CAP_SYS_ADMIN adds NoNewPrivileges.
  private var restriction: Finding? {
    guard isOn("RestrictSUIDSGID") else { return nil }
    return Finding(
      .unitRestrictsSetID,
      "\(name) has an option with which systemd switches set-uid off in containers and user services",
      evidence: [line("RestrictSUIDSGID")], remedy: "\(edit): [Service] RestrictSUIDSGID=no")
  }
}
