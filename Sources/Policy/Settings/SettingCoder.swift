/// What is done with one setting: where its row in the table says which property it is, this says
/// what happens there.
///
/// So a row names its property once, and reading, writing and both stored forms follow from its
/// kind of value.
package struct SettingCoder {
  private enum Task {
    case read, write, store, load
  }

  private let task: Task
  private let text: ArraySlice<UInt8>
  private var reader: ByteReader
  /// What was written or stored; `nil` = nothing, the property is not set.
  private var output: [UInt8]?
  /// What the text should have been; `nil` = it was.
  private var expected: ExpectedValue?

  private init(
    _ task: Task, text: ArraySlice<UInt8> = [], reader: ByteReader = ByteReader([], 0..<0)
  ) {
    self.task = task
    self.text = text
    self.reader = reader
  }

  /// Names a property and its kind of value.
  mutating func value<Kind: SettingValue>(_ kind: Kind, _ value: inout Kind.Value) {
    switch task {
    case .read:
      if let read = kind.read(text) { value = read } else { expected = kind.expected }
    case .write: output = kind.text(of: value)
    case .store:
      var bytes: [UInt8] = []
      kind.store(value, to: &bytes)
      output = bytes
    case .load:
      if let loaded = kind.load(&reader) { value = loaded } else { reader.fail() }
    }
  }

  /// Names a property that may be missing: an option of an entry of senders.
  mutating func option<Kind: SettingValue>(_ kind: Kind, _ value: inout Kind.Value?) {
    switch task {
    case .read:
      value = kind.read(text)
      if value == nil { expected = kind.expected }
    case .write: output = value.map(kind.text)
    case .store:
      guard let value else { return }
      var bytes: [UInt8] = []
      kind.store(value, to: &bytes)
      output = bytes
    case .load:
      value = kind.load(&reader)
      if value == nil { reader.fail() }
    }
  }
}

/// Goes to the property of one setting: of a configuration, or of an entry's rules.
package typealias SettingAccess<Root> =
  @Sendable (_ coder: inout SettingCoder, _ root: inout Root) -> Void

extension SettingCoder {
  /// Reads a text into a property; returns what it should have been if it is not.
  static func read<Root>(
    _ text: ArraySlice<UInt8>, into root: inout Root, _ access: SettingAccess<Root>
  ) -> ExpectedValue? {
    var coder = SettingCoder(.read, text: text)
    access(&coder, &root)
    return coder.expected
  }

  /// Returns a property as text; `nil` = it is not set.
  static func text<Root>(in root: Root, _ access: SettingAccess<Root>) -> [UInt8]? {
    var (coder, copy) = (SettingCoder(.write), root)
    access(&coder, &copy)
    return coder.output
  }

  /// Returns the stored form of a property; `nil` = it is not set.
  static func stored<Root>(in root: Root, _ access: SettingAccess<Root>) -> [UInt8]? {
    var (coder, copy) = (SettingCoder(.store), root)
    access(&coder, &copy)
    return coder.output
  }

  /// Reads the stored form of a property; returns whether it is one.
  static func load<Root>(
    _ reader: ByteReader, into root: inout Root, _ access: SettingAccess<Root>
  ) -> Bool {
    var coder = SettingCoder(.load, reader: reader)
    access(&coder, &root)
    return coder.reader.isValidAndAtEnd
  }
}
