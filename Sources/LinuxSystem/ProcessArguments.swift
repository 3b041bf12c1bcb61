internal import Glibc

/// The command line.
package enum ProcessArguments {
  /// Returns the arguments, the program's name first, as the bytes that were given.
  ///
  /// `CommandLine.arguments` would repair what is not UTF-8: the address that is checked would not
  /// be the address that is used. Their total size is bounded by the kernel (execve(2), 6 MB).
  package static func bytes() -> [[UInt8]] {
    let count = Int(CommandLine.argc)
    var arguments: [[UInt8]] = []
    arguments.reserveCapacity(count)
    for index in 0..<max(count, 0) {
      // SAFETY: argv holds `argc` C strings, which nobody changes while the process runs.
      unsafe arguments.append(LinuxSystem.bytes(ofCString: CommandLine.unsafeArgv[index]))
    }
    return arguments
  }
}

/// The environment.
package enum Environment {
  /// Returns the value of a variable.
  ///
  /// - Parameter name: Its name.
  /// - Returns: The bytes; nil = it is not set.
  ///
  /// The corresponding C function is `getenv`.
  package static func value(_ name: String) -> [UInt8]? {
    // SAFETY: nothing in this package changes the environment, so the string stays where it is.
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe bytes(ofCString: value)
  }
}
