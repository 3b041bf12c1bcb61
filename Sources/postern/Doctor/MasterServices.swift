internal import LinuxSystem

/// A service of master.cf, as `postconf -M` prints it.
struct MasterService: Equatable {
  /// The first column: for inet `[host:]port`.
  let name: String
  /// `inet`, `unix`, `fifo` or `pass`.
  let kind: String
  /// The program and its arguments.
  let words: [String]

  /// The program.
  var program: String { words.first ?? "" }

  /// Reads what `postconf -M` prints.
  ///
  ///     line = name kind private unpriv chroot wakeup maxproc command *( argument )
  ///
  /// - Parameter text: One service a line.
  /// - Returns: The services; lines that are none are left out.
  static func parse(_ text: String) -> [MasterService] {
    Machine.lines(text).compactMap { line in
      let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
      guard words.count >= 8, !line.hasPrefix("#") else { return nil }
      return MasterService(name: words[0], kind: words[1], words: Array(words[7...]))
    }
  }

  /// Host and port of an inet service; the host is empty where it listens on all of
  /// inet_interfaces.
  ///
  /// - Parameter number: Finds a port by its name in services(5).
  /// - Returns: Nil where it is no inet service, or nobody knows the port.
  func endpoint(_ number: (String) -> UInt16?) -> (host: String, port: UInt16)? {
    guard kind == "inet" else { return nil }
    var host = ""
    var port = name
    if let colon = name.lastIndex(of: ":") {
      host = String(name[..<colon]).filter { $0 != "[" && $0 != "]" }
      port = String(name[name.index(after: colon)...])
    }
    return (UInt16(port) ?? number(port)).map { (host, $0) }
  }

  /// The account and the command of a pipe(8) service; nil for any other.
  var pipe: (account: String, command: String)? {
    guard program == "pipe" else { return nil }
    let user = words.first { $0.hasPrefix("user=") }.map { $0.dropFirst(5).prefix { $0 != ":" } }
    guard let user, let start = words.firstIndex(where: { $0.hasPrefix("argv=") }) else {
      return nil
    }
    let command = words[start...].joined(separator: " ").dropFirst("argv=".count)
    return (String(user), String(command))
  }
}

/// The ports of services(5).
enum ServicePorts {
  /// Reads the file.
  ///
  ///     line = name 1*blank 1*DIGIT "/" protocol *( 1*blank alias ) [ "#" comment ]
  static func parse(_ text: String) -> [String: UInt16] {
    var ports: [String: UInt16] = [:]
    for line in Machine.lines(text) {
      let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace).map(String.init)
      guard words.count > 1, let (number, kind) = words[1].divided(at: "/"), kind == "tcp",
        let port = UInt16(number)
      else { continue }
      for name in [words[0]] + words.dropFirst(2) where ports[name] == nil { ports[name] = port }
    }
    return ports
  }
}
