/// Settings in senders.db: those that differ from the default, or that an entry has.
///
///     field = code:u16 length:u16 *OCTET
///
/// A code that this version does not know is refused like another version: what it says may be a
/// refusal.
enum SettingFields {
  /// The code of Postfix's own `message_size_limit`, which is no setting: a u64.
  private static let postfixMessageBytes: UInt16 = 256

  /// Appends the settings of a configuration.
  static func append(_ configuration: Configuration, to bytes: inout [UInt8]) {
    let defaults = Configuration()
    for setting in Setting.parameters {
      guard let access = setting.parameter,
        let stored = SettingCoder.stored(in: configuration, access),
        stored != SettingCoder.stored(in: defaults, access)
      else { continue }
      append(setting.code, stored, to: &bytes)
    }
    guard let limit = configuration.postfixMessageBytes else { return }
    var stored: [UInt8] = []
    LittleEndian.append(limit, to: &stored)
    append(postfixMessageBytes, stored, to: &bytes)
  }

  /// Appends the settings of an entry.
  static func append(_ rules: SenderRules, to bytes: inout [UInt8]) {
    for setting in Setting.options {
      guard let access = setting.option, let stored = SettingCoder.stored(in: rules, access) else {
        continue
      }
      append(setting.code, stored, to: &bytes)
    }
  }

  private static func append(_ code: UInt16, _ stored: [UInt8], to bytes: inout [UInt8]) {
    LittleEndian.append(code, to: &bytes)
    LittleEndian.append(string: stored, to: &bytes)
  }

  /// Reads the settings of a configuration.
  ///
  /// - Parameter reader: Has them, and nothing else.
  /// - Returns: The configuration.
  /// - Throws: What is wrong with them.
  static func configuration(
    _ reader: inout ByteReader
  ) throws(SettingFault) -> Configuration {
    var configuration = Configuration()
    while reader.hasMore {
      let code = reader.uint16()
      var value = reader.part()
      if code == postfixMessageBytes {
        configuration.postfixMessageBytes = value.uint64()
        guard value.isValidAndAtEnd else { throw .damaged(code) }
        continue
      }
      guard let access = Setting(code: code)?.parameter else { throw .unknown(code) }
      guard SettingCoder.load(value, into: &configuration, access) else { throw .damaged(code) }
    }
    return configuration
  }

  /// Reads the settings of an entry; see `configuration`.
  static func load(_ reader: inout ByteReader, into rules: inout SenderRules) throws(SettingFault) {
    while reader.hasMore {
      let code = reader.uint16()
      let value = reader.part()
      guard let access = Setting(code: code)?.option else { throw .unknown(code) }
      guard SettingCoder.load(value, into: &rules, access) else { throw .damaged(code) }
    }
  }
}

/// What is wrong with a stored setting.
package enum SettingFault: Error, Sendable, Equatable {
  /// This version does not know the code.
  case unknown(UInt16)
  /// The value is not one of the setting.
  case damaged(UInt16)
}
