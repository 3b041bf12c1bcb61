/// The settings of a systemd service that decide whether a set-uid program works in it.
struct ServiceUnit: Equatable {
  let name: String
  /// Values by name, lines of a list joined by `;`: as `systemctl show` prints them, or as the
  /// files have them.
  var values: [String: String] = [:]
  /// Where they were seen.
  var source: String

  static let properties = [
    "NoNewPrivileges", "RestrictSUIDSGID", "ProtectSystem", "ReadWritePaths", "PrivateUsers",
    "DynamicUser", "SystemCallFilter", "RootDirectory", "RootImage", "ReadOnlyPaths",
    "InaccessiblePaths", "CapabilityBoundingSet",
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
    let isList = [
      "ReadWritePaths", "ReadOnlyPaths", "InaccessiblePaths", "SystemCallFilter",
      "CapabilityBoundingSet",
    ].contains(key)
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
  /// - Parameters:
  ///   - written: Directories that the gate and postdrop write to.
  ///   - gate: How the drop-in gets the IDs of postern.
  /// - Returns: What in it breaks the gate.
  func findings(written: [String], gate: DropInExamination.Form?) -> [Finding] {
    let bounded = gate == .capability ? bounded : nil
    return [setID, bounded, systemCalls(gate), readOnly(written), root, restriction]
      .compactMap { $0 }
  }

  private var setID: Finding? {
    let causes = ["NoNewPrivileges", "PrivateUsers", "DynamicUser"].filter(isOn)
    guard !causes.isEmpty else { return nil }
    return Finding(
      .unitSetID, "set-uid programs do not work in \(name): every message is refused",
      evidence: causes.map(line),
      remedy: "\(edit): [Service] " + causes.map { "\($0)=no" }.joined(separator: " "))
  }

  /// The kernel gives no program a capability that is not in the bounding set.
  private var bounded: Finding? {
    let key = "CapabilityBoundingSet"
    guard let value = values[key], !permits(value.lowercased(), "cap_setuid", groups: []) else {
      return nil
    }
    return Finding(
      .unitSetID, "the drop-in sendmail gets no privilege in \(name): every message is refused",
      evidence: [line(key)], remedy: "\(edit): [Service] \(key)=CAP_SETUID")
  }

  /// Without setresuid(2) and setfsuid(2) the gate cannot take its own account's IDs, without
  /// capset(2) not get rid of a capability.
  private func systemCalls(_ gate: DropInExamination.Form?) -> Finding? {
    var needed = [("@setuid", ["setresuid", "setresgid"]), ("setfsuid", ["setfsuid"])]
    if gate == .capability { needed.append(("capset", ["capset"])) }
    guard let filter = values["SystemCallFilter"], !filter.isEmpty else { return nil }
    let missing = needed.filter { group, calls in
      !calls.allSatisfy {
        permits(filter, $0, groups: [group, "@privileged", "@system-service"])
      }
    }
    guard let first = missing.first else { return nil }
    return Finding(
      .unitSystemCalls,
      "\(name) forbids \(first.1[0])(2), which the drop-in sendmail needs: every message is refused",
      evidence: [line("SystemCallFilter")],
      remedy: "\(edit): [Service] SystemCallFilter=" + missing.map(\.0).joined(separator: " "))
  }

  /// Whether a list of systemd.exec(5) permits a name, by itself or by a group.
  ///
  /// The first line decides whether the list permits or forbids; each later one adds or takes away.
  private func permits(_ list: String, _ name: String, groups: Set<String>) -> Bool {
    let lines = list.split(separator: ";")
    var isPermitted = lines.first?.hasPrefix("~") ?? false
    for line in lines {
      let isDenial = line.hasPrefix("~")
      let words = String(line.drop { $0 == "~" }).listWords.map { $0.divided(at: ":")?.0 ?? $0 }
      if words.contains(where: { $0 == name || groups.contains($0) }) { isPermitted = !isDenial }
    }
    return isPermitted
  }

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
      .unitRoot,
      "\(name) has its own root directory, which does not contain Postern: every message fails",
      evidence: causes.map(line),
      remedy: "\(edit): [Service] " + causes.map { "\($0)=" }.joined(separator: " "))
  }

  /// By itself it forbids only to make files set-id, but a service manager without CAP_SYS_ADMIN
  /// adds NoNewPrivileges.
  private var restriction: Finding? {
    guard isOn("RestrictSUIDSGID") else { return nil }
    return Finding(
      .unitRestrictsSetID,
      "\(name) sets RestrictSUIDSGID, which disables set-uid in containers and user services",
      evidence: [line("RestrictSUIDSGID")], remedy: "\(edit): [Service] RestrictSUIDSGID=no")
  }
}
