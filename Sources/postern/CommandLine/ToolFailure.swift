internal import LinuxSystem
internal import Policy
internal import Submission

/// Why the tool ends without having done what it was asked: lines for stderr and an exit status.
struct ToolFailure: Error {
  /// What the exit status tells a script.
  enum Kind: Int32 {
    /// It was understood but cannot be done.
    case failed = 1
    /// Something is broken, and nothing is worse than that (doctor).
    case faulty = 2
    /// It was not understood (EX_USAGE).
    case usage = 64
    /// It is root's to do (EX_NOPERM).
    case notPermitted = 77
  }

  let kind: Kind
  let lines: [String]

  /// Nothing to add to what was printed.
  init(_ kind: Kind) {
    self.kind = kind
    lines = []
  }

  /// A single line.
  init(_ kind: Kind, _ line: String) {
    self.kind = kind
    lines = ["postern: " + line]
  }

  /// Finished lines; none where everything was said on standard output.
  init(_ kind: Kind, lines: [String]) {
    self.kind = kind
    self.lines = lines
  }

  /// All problems of the configuration's files, and what became of the request.
  init(problems: [FileProblem], _ line: String) {
    kind = .failed
    lines = problems.map(Diagnostics.text) + ["postern: " + line]
  }

  /// What keeps the configuration from being read.
  init(_ fault: InstallationFault) {
    kind = .failed
    lines = ["postern: " + Diagnostics.text(for: .installation(fault))]
  }

  /// A system call that failed, and what it was for.
  init(_ error: Errno, _ purpose: String) {
    self.init(.failed, "\(purpose): \(error.text) (\(error.call))")
  }
}
