internal import LinuxSystem

/// Mail of Postern's own to those who run the machine, with the null sender (RFC 3834 §2).
package struct AdministratorsMail: Sendable {
  private let program: RealSendmail

  /// Prepares it.
  ///
  /// - Parameters:
  ///   - path: The real sendmail.
  ///   - recipients: Addresses.
  package init(path: [UInt8], to recipients: [[UInt8]]) {
    let options = ["sendmail", "-i", "-f", "<>", "--"].map { [UInt8]($0.utf8) }
    program = RealSendmail(path: path, arguments: options + recipients)
  }

  /// Sends a message, as the account postern, and waits until the real sendmail has ended.
  ///
  /// - Parameter text: The whole message, with LF line ends.
  /// - Returns: Whether the real sendmail has taken it.
  package func send(_ text: [UInt8]) -> Bool {
    guard let message = try? message(text), (try? program.requireTrusted()) != nil else {
      return false
    }
    return (try? program.supervise(message, unless: { nil })) == 0
  }

  /// Starts the real sendmail, and waits for nothing.
  ///
  /// What cannot be sent changes nothing.
  ///
  /// - Parameter text: The whole message, with LF line ends.
  func launch(_ text: [UInt8]) {
    guard let message = try? message(text) else { return }
    try? program.launch(message)
  }

  private func message(_ text: [UInt8]) throws(Errno) -> FileDescriptor {
    let message = try FileDescriptor.memfd(name: "mail")
    try message.writeAll(text)
    try message.seek(to: 0)
    return message
  }
}
