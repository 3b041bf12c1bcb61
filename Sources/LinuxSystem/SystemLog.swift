internal import Glibc

/// The local system log.
///
/// The C library's syslog(3) waits when the log daemon is slow, reads the environment, and falls
/// back to the console. Mail must not wait for a log, so this sends one datagram or none.
package enum SystemLog {
  /// How urgent a line is (RFC 5424 §6.2.1, table 2).
  package enum Severity: Int32, Sendable {
    /// Something must be repaired.
    case error = 3
    /// Something deserves attention.
    case warning = 4
    /// Nothing unusual.
    case info = 6
  }

  /// The most bytes of one log line, its head included: what RFC 5424 §6.1 asks of receivers.
  package static let maximumBytes = 2_048

  /// Sends one line, or gives up: this never waits and never fails.
  ///
  /// - Parameters:
  ///   - line: The text, without line end; cut to `maximumBytes`.
  ///   - facility: The facility's number (RFC 5424 §6.2.1, table 1): 2 is mail.
  ///   - severity: How urgent it is.
  ///   - identifier: The name in front of the text.
  ///   - seconds: The time, in seconds since 1970.
  ///   - path: The socket of the log daemon.
  package static func send(
    _ line: [UInt8], facility: Int32, severity: Severity = .info, identifier: String = "postern",
    seconds: UInt64 = Clock.seconds(), path: String = "/dev/log"
  ) {
    var message = head(
      priority: facility << 3 | severity.rawValue, identifier: identifier, seconds: seconds)
    message += line.prefix(max(0, maximumBytes - message.count))
    if send(message, type: SOCK_DGRAM, path: path) == EPROTOTYPE {
      // syslog-ng and others may listen on a stream, where a NUL ends a line.
      message.append(0)
      _ = send(message, type: SOCK_STREAM, path: path)
    }
  }

  /// Returns the head of a line (RFC 3164 §4.1 without HOSTNAME, as musl writes it, in UTC).
  ///
  ///     head = "<" PRI ">" Mmm SP ( SP DIGIT / 2DIGIT ) SP hh ":" mm ":" ss SP ident "[" pid "]: "
  static func head(priority: Int32, identifier: String, seconds: UInt64) -> [UInt8] {
    let date = CivilDate(daysSince1970: seconds / 86_400)
    let second = seconds % 86_400
    var head = Array("<\(priority)>".utf8)
    head += Array(date.monthName.utf8)
    head.append(space)
    appendTwoDigits(UInt64(date.day), filler: space, to: &head)
    head.append(space)
    appendTwoDigits(second / 3600, filler: zero, to: &head)
    head.append(colon)
    appendTwoDigits(second / 60 % 60, filler: zero, to: &head)
    head.append(colon)
    appendTwoDigits(second % 60, filler: zero, to: &head)
    head += Array(" \(identifier)[\(Host.processID())]: ".utf8)
    return head
  }

  private static let space: UInt8 = 0x20
  private static let zero: UInt8 = 0x30
  private static let colon: UInt8 = 0x3A

  /// Appends a number below 100; formatting it as a String would cost more than sending it.
  private static func appendTwoDigits(_ number: UInt64, filler: UInt8, to text: inout [UInt8]) {
    text.append(number < 10 ? filler : zero + UInt8(number / 10 % 10))
    text.append(zero + UInt8(number % 10))
  }

  /// Sends a message on a fresh socket.
  ///
  /// - Returns: 0, or the errno value of what failed.
  private static func send(_ message: [UInt8], type: __socket_type, path: String) -> Int32 {
    do throws(Errno) {
      let descriptor = try UnixSocket.connect(to: Array(path.utf8), type)
      // SAFETY: the kernel reads the bytes of the array.
      let sent = unsafe message.withUnsafeBytes { raw in
        unsafe Glibc.send(
          descriptor.rawValue, raw.baseAddress, raw.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
      }
      return sent == -1 ? errno : 0
    } catch {
      return error.number
    }
  }

  /// Tells whether somebody takes log lines at a socket, without sending one.
  ///
  /// - Parameter path: The socket of the log daemon.
  /// - Throws: `Errno`: ENOENT without the socket, ECONNREFUSED without a daemon.
  ///
  /// The corresponding C functions are `socket` and `connect`.
  package static func probe(path: String = "/dev/log") throws(Errno) {
    do { _ = try UnixSocket.connect(to: Array(path.utf8), SOCK_DGRAM) } catch {
      // syslog-ng and others may listen on a stream.
      guard error.number == EPROTOTYPE else { throw error }
      _ = try UnixSocket.connect(to: Array(path.utf8), SOCK_STREAM)
    }
  }
}
