internal import LinuxSystem
internal import Submission

/// The programs that the tool starts; nothing else in it starts one.
///
/// Each starts in `/` with an environment of our own, without input and terminal, and is ended
/// after a while. Root runs only what root alone can put in its place.
enum Child {
  /// Why a program did not run to its end.
  enum Failure: Error, Equatable {
    /// There is no such file.
    case missing
    /// Others than root could put another program there.
    case open(FileGuard.Step)
    case system(Errno)

    /// For texts that begin with the program.
    var text: String {
      switch self {
      case .missing: "is not installed"
      case .open(let step):
        "is not run as root, because other accounts can replace it (\(step.evidence))"
      case .system(let error): "\(error.text) (\(error.call))"
      }
    }
  }

  /// The most that a program may say, in bytes; a large firewall says much.
  static let outputBytes = 32 << 20
  /// How long a program may run.
  private static let seconds: UInt32 = 20
  /// How long this program may: a full state file takes ten seconds.
  private static let ownSeconds: UInt32 = 120
  /// Nothing that the environment of the tool names.
  static let environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"].map { Array($0.utf8) }
  /// Where programs are looked for.
  private static let directories = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"]

  /// Finds a program that root may run.
  ///
  /// - Parameter program: Its name, or its path.
  /// - Returns: The path with all links followed, which root alone can change.
  /// - Throws: `Failure`.
  static func find(_ program: String) throws(Failure) -> String {
    let candidates = program.hasPrefix("/") ? [program] : directories.map { $0 + "/" + program }
    // An ordinary user may trust itself, too.
    let owner = Credentials.current().effectiveUserID
    var failure = Failure.missing
    for candidate in candidates {
      let way = FileGuard.way(to: candidate, owner: owner)
      guard let path = way.path, let status = Machine.status(path), status.isRegular else {
        continue
      }
      let step = FileGuard.step(path, status)
      if let open = way.open.first ?? (step.isOpen(to: owner, isDirectory: false) ? step : nil) {
        failure = .open(open)
      } else {
        return path
      }
    }
    throw failure
  }

  /// Runs a program.
  ///
  /// - Parameters:
  ///   - words: The program, by name or path, and its arguments.
  ///   - account: Whom root makes of it; nil = it stays who this process is.
  ///   - bytes: The most output that is accepted.
  /// - Returns: What it wrote, and how it ended.
  /// - Throws: `Failure`.
  static func run(
    _ words: [[UInt8]], as account: Account? = nil, bytes: Int = outputBytes
  ) throws(Failure) -> Execution.Capture {
    guard let name = words.first else { throw .missing }
    let program = try find(String(decoding: name, as: UTF8.self))
    return try start(Array(program.utf8), words, environment, account, bytes)
  }

  /// Runs this program again, for example to be another account for a while.
  ///
  /// - Parameters:
  ///   - words: Its arguments, without its name.
  ///   - further: Variables of the environment besides our own.
  ///   - bytes: The most output that is accepted.
  /// - Returns: What it wrote, and how it ended.
  /// - Throws: `Failure`.
  static func again(
    _ words: [String], environment further: [[UInt8]], bytes: Int
  ) throws(Failure) -> Execution.Capture {
    // The kernel's own link to this very file: whatever stands at its path by now is not run.
    let arguments = (["postern"] + words).map { Array($0.utf8) }
    return try start(
      Array("/proc/self/exe".utf8), arguments, environment + further, nil, bytes, ownSeconds)
  }

  /// Returns what this program prints if it is run again.
  ///
  /// - Parameters:
  ///   - words: Its arguments, without its name.
  ///   - bytes: The most output that is accepted.
  /// - Returns: Its output.
  /// - Throws: `ToolFailure`, with what it has complained of.
  static func ownOutput(_ words: [String], bytes: Int) throws(ToolFailure) -> [UInt8] {
    var environment: [[UInt8]] = []
    if let trial = Environment.value(ConfigurationDirectory.variable) {
      environment.append(Array("\(ConfigurationDirectory.variable)=".utf8) + trial)
    }
    let capture: Execution.Capture
    do throws(Failure) {
      capture = try again(words, environment: environment, bytes: bytes)
    } catch {
      throw ToolFailure(.failed, "this program \(error.text)")
    }
    guard capture.reason == .exited(0) else {
      let said = Machine.lines(String(decoding: capture.errors, as: UTF8.self))
      throw ToolFailure(.failed, lines: said.filter { !$0.isEmpty })
    }
    return capture.output
  }

  /// Runs a program of any owner for an ordinary user, who puts nobody else's rights at risk.
  ///
  /// - Parameters:
  ///   - path: The program.
  ///   - words: Its arguments, its name first.
  ///   - bytes: The most output that is accepted.
  /// - Returns: What it wrote, and how it ended.
  /// - Throws: `Failure`.
  static func runAsUser(
    _ path: [UInt8], _ words: [[UInt8]], bytes: Int
  ) throws(Failure) -> Execution.Capture {
    guard Credentials.current().effectiveUserID != 0 else {
      return try run([path] + words.dropFirst(), bytes: bytes)
    }
    return try start(path, words, environment, nil, bytes)
  }

  private static func start(
    _ path: [UInt8], _ words: [[UInt8]], _ environment: [[UInt8]], _ account: Account?,
    _ bytes: Int,
    _ seconds: UInt32 = seconds
  ) throws(Failure) -> Execution.Capture {
    do {
      return try Execution.capture(
        path, arguments: words, environment: environment, maximumBytes: bytes, seconds: seconds,
        as: account.map { ($0.userID, $0.groupID) })
    } catch {
      throw .system(error)
    }
  }
}
