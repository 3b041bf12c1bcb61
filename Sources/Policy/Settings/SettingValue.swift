/// A kind of value: its one reader and its one writer, in text and in senders.db.
///
/// The stored form is frozen: Tests/Vectors/stored holds files that every later version must read.
protocol SettingValue: Sendable {
  /// What a program works with.
  associatedtype Value

  /// What a text must be, for the problem that tells of one that is not.
  var expected: ExpectedValue { get }
  /// Reads a text, without blanks around it; `nil` if it is not of this kind.
  func read(_ text: ArraySlice<UInt8>) -> Value?
  /// Returns the text that reads as a value.
  func text(of value: Value) -> [UInt8]
  /// Appends the stored form of a value.
  func store(_ value: Value, to bytes: inout [UInt8])
  /// Reads the stored form, which takes all that the reader has; `nil` if it is none.
  func load(_ bytes: inout ByteReader) -> Value?
}

/// An enumeration whose cases are words of postern.cf.
///
/// `storedCode` is the case in senders.db. It never changes and is never given to another case,
/// wherever the cases are declared.
package protocol SettingWord: RawRepresentable<String>, CaseIterable, Sendable {
  /// The case in senders.db; not 0.
  var storedCode: UInt8 { get }
}
