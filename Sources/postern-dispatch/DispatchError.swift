internal import LinuxSystem

/// Why no mail program could be run.
enum DispatchError: Error {
  /// The kernel does not say where this program lies.
  case unknownPlace(Errno)
  /// A program beside it cannot be examined or executed.
  case unusable(path: [UInt8], Errno)
  /// The real sendmail is not root's alone.
  case untrusted(path: [UInt8])
  /// The real sendmail is this program.
  case circle(path: [UInt8])
  /// The privilege of a set-id caller cannot be given back.
  case privilege(Errno)

  /// The text for it, without line end.
  ///
  /// Every path in it comes from the kernel or from `Install/install`.
  var text: String {
    switch self {
    case .unknownPlace(let error):
      "/proc/self/exe cannot be read (\(error.text)), so Postern cannot be found; mount /proc"
    case .unusable(let path, let error):
      "\(shown(path)) cannot be run (\(error.text)); repeat --divert"
    case .untrusted(let path):
      "\(shown(path)) must be owned by root and not be writable by anybody else"
    case .circle(let path):
      "\(shown(path)) leads back to this program; repeat --divert"
    case .privilege(let error):
      "the privileges of the calling program could not be dropped (\(error.text))"
    }
  }

  private func shown(_ path: [UInt8]) -> String { String(decoding: path, as: UTF8.self) }
}
