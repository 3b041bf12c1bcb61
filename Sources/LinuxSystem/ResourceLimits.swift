internal import Glibc

extension ProcessState {
  /// Undoes soft limits that the caller has lowered, as far as the hard limits allow, and forbids
  /// core dumps, since memory holds other people's mail.
  ///
  /// - Throws: `Errno`.
  ///
  /// The corresponding C function is `prlimit`.
  static func setLimits() throws(Errno) {
    for resource in [
      RLIMIT_FSIZE, RLIMIT_CPU, RLIMIT_AS, RLIMIT_DATA, __RLIMIT_NPROC,
    ] {
      try raiseSoftLimit(resource, toAtLeast: .max)
    }
    // An unlimited stack would change the memory layout of the child, and many thousand descriptors
    // slow down programs that close them one by one: these get the usual values.
    try raiseSoftLimit(RLIMIT_STACK, toAtLeast: 8 << 20)
    try raiseSoftLimit(RLIMIT_NOFILE, toAtLeast: 1024)
    try set(RLIMIT_CORE, rlimit64(rlim_cur: 0, rlim_max: 0))
  }

  /// The size in bytes that no file may outgrow by a write of this process.
  ///
  /// - Throws: `Errno`.
  package static func fileSizeLimit() throws(Errno) -> UInt64 {
    var limit = rlimit64()
    // SAFETY: the kernel fills one structure.
    try check("prlimit") { unsafe prlimit64(0, RLIMIT_FSIZE, nil, &limit) }
    return UInt64(limit.rlim_cur)
  }

  /// Raises a soft limit, not above the hard limit.
  private static func raiseSoftLimit(
    _ resource: __rlimit_resource, toAtLeast wanted: UInt64
  ) throws(Errno) {
    var limit = rlimit64()
    // SAFETY: the kernel fills one structure.
    try check("prlimit") { unsafe prlimit64(0, resource, nil, &limit) }
    let target = min(wanted, UInt64(limit.rlim_max))
    guard limit.rlim_cur < target else { return }
    limit.rlim_cur = rlim64_t(target)
    try set(resource, limit)
  }

  private static func set(_ resource: __rlimit_resource, _ limit: rlimit64) throws(Errno) {
    var limit = limit
    // SAFETY: the kernel reads one structure.
    try check("prlimit") { unsafe prlimit64(0, resource, &limit, nil) }
  }
}
