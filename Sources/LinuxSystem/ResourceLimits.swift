internal import Glibc

/// A limit of the caller's that leaves less than the work needs.
package struct LimitFault: Error, Equatable, Sendable {
  /// What is limited.
  package let resource: LimitedResource
  /// The hard limit: bytes, descriptors or processes.
  package let limit: UInt64
}

/// What a caller can withhold, and how much of it one message takes.
///
/// Without this check the work would end half-way: an allocation that fails kills a Swift program,
/// and Postfix's sendmail without a child process tries again forever, as postern.
package enum LimitedResource: Sendable, CaseIterable {
  case addressSpace, data, stack, descriptors, processes

  /// The least that is enough, in bytes, descriptors or processes.
  ///
  /// With less than 128 KB of data, 1 MB of address space or 64 KB of stack (ordinary Swift: 1.8
  /// MB, 9 MB, 16 KB) no code of this program runs at all: the kernel ends it, and nothing has been
  /// read by then.
  package var minimum: UInt64 {
    switch self {
    // Postfix's sendmail maps 44 MiB, most of it the libraries of ICU and Kerberos; this program 1
    // MiB.
    case .addressSpace: 64 << 20
    // 11 MB with a header section of 256 KB that is full of addresses, whatever the size of the
    // body.
    case .data: 32 << 20
    // 48 KiB were always enough.
    case .stack: 256 << 10
    // At most 6 are open at once, here and in Postfix.
    case .descriptors: 16
    // This one, Postfix's sendmail under supervision, and its postdrop.
    case .processes: 3
    }
  }

  /// To what a lower soft limit is raised, where the hard one allows it.
  ///
  /// An unlimited stack would change the memory layout of the child, and many thousand descriptors
  /// slow down programs that close them one by one: these get the usual values.
  var wanted: UInt64 {
    switch self {
    case .addressSpace, .data, .processes: .max
    case .stack: 8 << 20
    case .descriptors: 1_024
    }
  }

  /// The option of the shell's `ulimit` that sets it.
  package var ulimitOption: String {
    switch self {
    case .addressSpace: "-v"
    case .data: "-d"
    case .stack: "-s"
    case .descriptors: "-n"
    case .processes: "-u"
    }
  }

  /// The bytes of the unit in which `ulimit` counts; 1 for what is not memory.
  package var ulimitUnitBytes: UInt64 {
    switch self {
    case .addressSpace, .data, .stack: 1_024
    case .descriptors, .processes: 1
    }
  }

  var number: __rlimit_resource {
    switch self {
    case .addressSpace: RLIMIT_AS
    case .data: RLIMIT_DATA
    case .stack: RLIMIT_STACK
    case .descriptors: RLIMIT_NOFILE
    case .processes: __RLIMIT_NPROC
    }
  }
}

extension ProcessState {
  /// Undoes soft limits that the caller has lowered, as far as the hard limits allow, and forbids
  /// core dumps, since memory holds other people's mail.
  ///
  /// - Returns: The first limit that leaves too little to work with all the same; nil if there is
  ///   none.
  /// - Throws: `Errno`.
  ///
  /// The corresponding C function is `prlimit`.
  static func setLimits() throws(Errno) -> LimitFault? {
    var fault: LimitFault?
    for resource in LimitedResource.allCases {
      let limit = try raiseSoftLimit(resource.number, toAtLeast: resource.wanted)
      if fault == nil, limit < resource.minimum {
        fault = LimitFault(resource: resource, limit: limit)
      }
    }
    for resource in [RLIMIT_FSIZE, RLIMIT_CPU] {
      _ = try raiseSoftLimit(resource, toAtLeast: .max)
    }
    try set(RLIMIT_CORE, rlimit64(rlim_cur: 0, rlim_max: 0))
    return fault
  }

  /// The size in bytes that no file may outgrow by a write of this process.
  ///
  /// - Throws: `Errno`.
  package static func fileSizeLimit() throws(Errno) -> UInt64 {
    UInt64(try limits(of: RLIMIT_FSIZE).rlim_cur)
  }

  /// Raises a soft limit, not above the hard limit, and returns what it is then.
  private static func raiseSoftLimit(
    _ resource: __rlimit_resource, toAtLeast wanted: UInt64
  ) throws(Errno) -> UInt64 {
    var limit = try limits(of: resource)
    let target = min(wanted, UInt64(limit.rlim_max))
    if limit.rlim_cur < target {
      limit.rlim_cur = rlim64_t(target)
      try set(resource, limit)
    }
    return UInt64(limit.rlim_cur)
  }

  private static func limits(of resource: __rlimit_resource) throws(Errno) -> rlimit64 {
    var limit = rlimit64()
    // SAFETY: the kernel fills one structure.
    try check("prlimit") { unsafe prlimit64(0, resource, nil, &limit) }
    return limit
  }

  private static func set(_ resource: __rlimit_resource, _ limit: rlimit64) throws(Errno) {
    var limit = limit
    // SAFETY: the kernel reads one structure.
    try check("prlimit") { unsafe prlimit64(0, resource, &limit, nil) }
  }
}
