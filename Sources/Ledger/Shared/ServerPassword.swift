/// The file of a password at the quota server: its first line.
package enum ServerPassword {
  /// The longest file that is read, in bytes.
  package static let fileBytes = 512

  /// Takes the password out of its file.
  ///
  /// - Parameter text: The file, or its beginning.
  /// - Returns: The password, without the end of its line.
  package static func line(of text: [UInt8]) -> [UInt8] {
    Array(text.prefix { $0 != 0x0A && $0 != 0x0D })
  }
}
