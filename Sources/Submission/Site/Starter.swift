internal import LinuxSystem
internal import Policy

/// Who has started the program, as the kernel says: the process that is the parent of this one, or,
/// where that is a shell, the shell's.
///
/// PHP's mail() runs the program by `sh -c`; the shell's parent is the worker of PHP-FPM, whose
/// title names its pool.
///
/// It is found before this process leaves its caller, and never later: a process can make whoever
/// reads its command line wait for as long as it likes, and until then who waits counts as the
/// caller's.
struct Starter: Sendable, Equatable {
  /// Its ID.
  let processID: UInt32
  /// Its command line, the arguments with blanks between them; nil = not to be told, or not to be
  /// had.
  ///
  /// The process can write there what it likes. One byte more than is logged shows a cut.
  private(set) var title: [UInt8]?
  /// The control group of this process, which its starter cannot choose outside of what systemd has
  /// delegated to it; nil = the root, or not to be had.
  private(set) var controlGroup: [UInt8]?

  /// The most bytes of a title in the log.
  static let titleBytes = 64
  /// The most bytes of a control group in the log; its beginning is what a user cannot choose.
  static let controlGroupBytes = 100

  /// Finds it.
  ///
  /// - Parameter uid: The caller, to whom the process must belong, or to root, for its title to be
  ///   told.
  init(of uid: UInt32) {
    let parent = Host.parentProcessID()
    controlGroup = Self.read(nil, "/cgroup", Self.controlGroupFileBytes)
      .flatMap(ProcessFiles.controlGroup)
    // Adopted, by the first process of all or by one of another namespace: nobody's.
    guard parent > 1 else {
      processID = UInt32(clamping: parent)
      return
    }
    let direct = UInt32(clamping: parent)
    guard let status = Self.status(of: direct), status.isTrusted(by: uid) else {
      processID = direct
      return
    }
    var found = direct
    if status.isShell, status.parentID > 1, let above = Self.status(of: status.parentID),
      above.isTrusted(by: uid)
    {
      found = status.parentID
    }
    processID = found
    title = Self.read(found, "/cmdline", Self.titleBytes + 1).flatMap(ProcessFiles.title)
    // A parent that has ended since may have left its ID to another process.
    if Host.parentProcessID() != parent { title = nil }
  }

  /// More than stands before the end of the user in /proc/PID/status: 160, with the longest name.
  private static let statusBytes = 192
  /// More than a usual /proc/self/cgroup has.
  private static let controlGroupFileBytes = 512

  private static func status(of process: UInt32) -> ProcessStatus? {
    read(process, "/status", statusBytes).flatMap(ProcessStatus.init)
  }

  /// Reads the beginning of a file of a process; nil = it is gone, or hidden.
  private static func read(_ process: UInt32?, _ file: String, _ count: Int) -> [UInt8]? {
    var path: [UInt8] = []
    path.reserveCapacity(32)
    path.append("/proc/")
    if let process { path.append(decimal: UInt64(process)) } else { path.append("self") }
    path.append(file)
    guard let file = try? FileDescriptor.open(path: path) else { return nil }
    return try? file.pread(offset: 0, count: count)
  }
}
