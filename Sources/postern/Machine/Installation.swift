internal import LinuxSystem

/// Where this Postern is installed, found by where this program is.
enum Installation {
  /// The directory above `bin`, for example `/usr/local`; nil if the kernel does not say which file
  /// runs.
  static let prefix: String? = {
    guard let program = try? FileSystem.target(ofLink: Array("/proc/self/exe".utf8)) else {
      return nil
    }
    let prefix = FileSystem.directory(of: FileSystem.directory(of: program))
    return String(decoding: prefix, as: UTF8.self)
  }()

  /// The directory of `deploy`, the firewall example and the like: that of the installation, or of
  /// a checkout from which nothing has been installed.
  static let share: String = {
    guard let prefix, Machine.exists("\(prefix)/share/postern/deploy") else { return "Install" }
    return "\(prefix)/share/postern"
  }()
}
