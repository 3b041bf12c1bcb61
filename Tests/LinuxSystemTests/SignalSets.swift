/// Reads a set of signals from the text of /proc/PID/status.
///
/// Left out are signals 32 and 33, the thread library's own: glibc's posix_spawn, which starts the
/// test's processes, leaves them ignored in every child, and its sigaction refuses to touch them.
func signals(_ name: String, in status: [UInt8]) -> UInt64? {
  let lines = String(decoding: status, as: UTF8.self).split(separator: "\n")
  guard let line = lines.first(where: { $0.hasPrefix(name + ":\t") }) else { return nil }
  return UInt64(line.dropFirst(name.count + 2), radix: 16).map { $0 & ~(0b11 << 31) }
}
