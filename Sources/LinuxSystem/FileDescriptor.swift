internal import Glibc

/// An open file that has exactly one owner and is closed with it.
///
/// Descriptors 0 to 2 are the exception: they belong to the process and are never closed, so that
/// no other file can get one of their numbers and receive what is meant for standard error.
/// `exit` and `execve` run no deinit; what must happen before them is called explicitly.
///
/// `@usableFromInline`, because Embedded Swift of 6.3 does not find the deinit of a type of another
/// module without it.
@usableFromInline
package struct FileDescriptor: ~Copyable, Sendable {
  /// The number the kernel knows it by.
  package private(set) var rawValue: Int32

  /// Takes over a descriptor that nobody else closes.
  ///
  /// - Parameter rawValue: An open descriptor.
  init(adopting rawValue: Int32) {
    self.rawValue = rawValue
  }

  deinit {
    if rawValue > 2 { _ = Glibc.close(rawValue) }
  }

  /// Standard input, borrowed from the process: ending it closes nothing.
  package static var standardInput: FileDescriptor { FileDescriptor(adopting: 0) }

  /// Standard output, borrowed from the process: ending it closes nothing.
  package static var standardOutput: FileDescriptor { FileDescriptor(adopting: 1) }

  /// How a file is opened; a symbolic link at the end of the path is refused unless stated.
  package struct Options: OptionSet, Sendable {
    /// The bits of open(2).
    package let rawValue: Int32

    /// Creates options from bits of open(2).
    package init(rawValue: Int32) { self.rawValue = rawValue }

    /// Joins options: the generic one of the standard library costs 40 000 instructions at its
    /// first use.
    package init(arrayLiteral elements: Options...) {
      var bits: Int32 = 0
      for element in elements { bits |= element.rawValue }
      rawValue = bits
    }

    /// For reading (the default).
    package static let readOnly = Options(rawValue: O_RDONLY)
    /// For writing only.
    package static let writeOnly = Options(rawValue: O_WRONLY)
    /// For reading and writing.
    package static let readWrite = Options(rawValue: O_RDWR)
    /// Created if it is missing.
    package static let create = Options(rawValue: O_CREAT)
    /// With `create`: it must not exist yet.
    package static let exclusive = Options(rawValue: O_EXCL)
    /// Emptied if it exists.
    package static let truncate = Options(rawValue: O_TRUNC)
    /// Each write goes to the end, wherever that is by then.
    package static let append = Options(rawValue: O_APPEND)
    /// It must be a directory.
    package static let directory = Options(rawValue: O_DIRECTORY)
    /// Opening a FIFO or a device does not wait.
    package static let nonBlocking = Options(rawValue: O_NONBLOCK)
    /// A symbolic link at the end of the path is followed: only for paths that root wrote.
    package static let followLinks = Options(rawValue: followLinksBit)

    // No bit of open(2) on any Linux architecture.
    fileprivate static let followLinksBit: Int32 = 1 << 30
  }

  /// Opens a file; it does not survive `execve`.
  ///
  /// - Parameters:
  ///   - path: The path, without NUL.
  ///   - options: How it is opened.
  ///   - permissions: The permission bits of a created file, cut by the umask.
  /// - Returns: The open file.
  /// - Throws: `Errno`; ELOOP if the path ends in a link that is not to be followed.
  ///
  /// The corresponding C function is `open`.
  package static func open(
    path: [UInt8], options: Options = .readOnly, permissions: UInt32 = 0o600
  ) throws(Errno) -> FileDescriptor {
    var flags = options.rawValue & ~Options.followLinksBit | O_CLOEXEC | O_NOCTTY
    if !options.contains(.followLinks) { flags |= O_NOFOLLOW }
    let number = try unsafe withCString(path, for: "open") { (pointer) throws(Errno) in
      // SAFETY: `pointer` is a C string during the call.
      try check("open") { unsafe Glibc.open(pointer, flags, permissions) }
    }
    return FileDescriptor(adopting: number)
  }

  /// Opens a file; see `open(path:options:permissions:)` for bytes.
  package static func open(
    path: String, options: Options = .readOnly, permissions: UInt32 = 0o600
  ) throws(Errno) -> FileDescriptor {
    try open(path: Array(path.utf8), options: options, permissions: permissions)
  }

  /// Creates a nameless file in memory that can be sealed.
  ///
  /// - Parameter name: What /proc shows for it; means nothing else.
  /// - Returns: An empty file.
  /// - Throws: `Errno`.
  ///
  /// The corresponding C function is `memfd_create`.
  package static func memfd(name: String) throws(Errno) -> FileDescriptor {
    let number = try unsafe withCString(Array(name.utf8), for: "memfd_create") {
      (pointer) throws(Errno) in
      // SAFETY: `pointer` is a C string during the call.
      try check("memfd_create") { unsafe memfd_create(pointer, MFD_CLOEXEC | MFD_ALLOW_SEALING) }
    }
    return FileDescriptor(adopting: number)
  }

  /// Creates a pipe; neither end survives `execve`.
  ///
  /// The corresponding C function is `pipe2`.
  package static func pipe() throws(Errno) -> PipeEnds {
    var ends: [2 of Int32] = [-1, -1]
    var span = ends.mutableSpan
    // SAFETY: the kernel writes two descriptors into room for two.
    try unsafe span.withUnsafeMutableBufferPointer { (raw) throws(Errno) in
      guard let base = raw.baseAddress else { throw Errno(number: EFAULT, call: "pipe2") }
      try check("pipe2") { unsafe pipe2(base, O_CLOEXEC) }
    }
    return PipeEnds(
      readEnd: FileDescriptor(adopting: ends[0]), writeEnd: FileDescriptor(adopting: ends[1]))
  }

  /// Closes the file and reports what the kernel had put off until now.
  ///
  /// - Throws: `Errno`; the descriptor is gone all the same, so nothing is tried again.
  ///
  /// The corresponding C function is `close`.
  package consuming func close() throws(Errno) {
    let number = rawValue
    // The deinit that follows finds nothing to close; Embedded Swift does not know `discard self`.
    rawValue = -1
    if number > 2, Glibc.close(number) == -1 {
      throw Errno(number: errno, call: "close")
    }
  }

  /// Makes this file standard input, which survives `execve`, and closes the old number.
  ///
  /// - Throws: `Errno`; standard input is then what it was.
  ///
  /// The corresponding C function is `dup2`.
  package consuming func moveToStandardInput() throws(Errno) {
    if rawValue == 0 {
      // dup2 of a number onto itself would leave close-on-exec as it is.
      try check("fcntl") { fcntl(0, F_SETFD, 0) }
    } else {
      try check("dup2") { dup2(rawValue, 0) }
    }
  }

  /// Makes the contents of a memfd unchangeable for everybody, for ever.
  ///
  /// What was checked is what will be read: not even a process that holds this descriptor, or
  /// opens it through /proc, can write to it any more.
  ///
  /// The corresponding C function is `fcntl` with `F_ADD_SEALS`.
  package func seal() throws(Errno) {
    try check("fcntl") {
      fcntl(rawValue, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)
    }
  }
}

/// The two ends of a pipe.
package struct PipeEnds: ~Copyable, Sendable {
  /// Where the bytes come out.
  package var readEnd: FileDescriptor
  /// Where the bytes go in.
  package var writeEnd: FileDescriptor

  /// Keeps the end where the bytes come out and closes the other one.
  package consuming func keepReadEnd() -> FileDescriptor { readEnd }
}
