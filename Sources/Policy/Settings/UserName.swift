internal import InternetMessage

/// How a file names a user.
package enum UserName: Sendable, Equatable, Hashable {
  /// By login name.
  case login([UInt8])
  /// As `uid:N`, which needs no account, as in Postfix's local_login_sender_maps.
  case uid(UInt32)

  /// The longest login name in bytes; Linux's own bound is 256.
  static let loginBytes = 256

  /// Reads a user's name.
  ///
  ///     user-name = login / "uid:" 1*10DIGIT
  ///
  /// nil = not a login name, or a UID that no process can have.
  ///
  /// - Parameter word: A word of the file.
  package init?(_ word: ArraySlice<UInt8>) {
    if Octets.begins(word, with: "uid:") {
      // 4294967295 is (uid_t)-1: "leave it as it is" to setresuid(2), nobody's UID.
      guard let number = Scalar.number(word.dropFirst(4)), number < UInt64(UInt32.max) else {
        return nil
      }
      self = .uid(UInt32(number))
      return
    }
    guard !word.isEmpty, word.count <= Self.loginBytes,
      word.allSatisfy({ $0 > Octets.space && $0 != Octets.delete && Self.isLoginByte($0) })
    else { return nil }
    self = .login(Array(word))
  }

  /// What no login name holds: a word with one of these is a mistyped line, not a user.
  private static func isLoginByte(_ byte: UInt8) -> Bool {
    switch byte {
    case Octets.comma, Octets.quote, Octets.equals, Octets.openAngle, Octets.closeAngle,
      Octets.asterisk,
      Octets.hash, Octets.dollar, Octets.slash, 0x3A:
      false
    default: true
    }
  }

  /// The name as the file has it.
  package var written: [UInt8] {
    switch self {
    case .login(let name): name
    case .uid(let uid): Array("uid:\(uid)".utf8)
    }
  }
}
