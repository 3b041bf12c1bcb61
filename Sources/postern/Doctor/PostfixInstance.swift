/// One configuration directory of Postfix that postdrop accepts, with the values that matter here.
struct PostfixInstance: Equatable {
  /// The directory that every program of Postfix takes unless told otherwise.
  static let defaultDirectory = "/etc/postfix"
  private static let parameters =
    [
      "authorized_submit_users", "local_login_sender_maps", "alternate_config_directories",
      "multi_instance_directories", "command_directory", "queue_directory", "setgid_group",
      "mail_owner", "mynetworks", "mail_version", "authorized_mailq_users", "alias_maps",
      "alias_database", "default_privs", "maillog_file",
    ] + SenderRewriting.parameters
  /// The most instances that are followed.
  private static let limit = 200

  let directory: String
  /// Expanded values by name; what this version of Postfix does not know is not there.
  let values: [String: String]
  /// Its master.cf; nil if it cannot be read.
  var services: [MasterService]?

  /// Returns a value; empty if there is none.
  func value(_ name: String) -> String { values[name] ?? "" }

  /// How postconf is told to change this instance.
  var option: String { directory == Self.defaultDirectory ? "" : "-c \(directory) " }

  /// Reads what `postconf -x` prints.
  ///
  ///     line = name " = " value
  static func values(_ text: String) -> [String: String] {
    var values: [String: String] = [:]
    for line in Machine.lines(text) {
      // postconf also warns, on lines that hold no " =" before a colon.
      guard let (name, value) = line.divided(at: "="), !name.contains(":") else { continue }
      values[name.trimmed] = value.trimmed
    }
    return values
  }

  /// Asks Postfix for an instance; nil if it cannot be read.
  static func read(_ directory: String) -> PostfixInstance? {
    let output = Machine.run(["postconf", "-c", directory, "-x"] + parameters)
    guard let text = output?.success else { return nil }
    let services = Machine.run(["postconf", "-c", directory, "-M"])?.success
    return PostfixInstance(
      directory: directory, values: values(text), services: services.map(MasterService.parse))
  }

  /// The other directories that the default main.cf opens to postdrop.
  var others: [String] {
    let words =
      value("alternate_config_directories").listWords
      + value("multi_instance_directories").listWords
    var seen: Set<String> = [directory]
    return Array(words.filter { seen.insert($0).inserted }.prefix(Self.limit))
  }
}
