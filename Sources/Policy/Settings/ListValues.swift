internal import InternetMessage

/// A list, its elements separated by white space or commas; it may be empty.
protocol SettingList: SettingValue where Value == [Element] {
  /// One of the list.
  associatedtype Element

  /// The most elements.
  var maximumCount: Int { get }
  /// Reads one word.
  func element(_ word: ArraySlice<UInt8>) -> Element?
  /// Returns the word that reads as an element.
  func word(of element: Element) -> [UInt8]
  /// Appends the stored form of an element.
  func append(_ element: Element, to bytes: inout [UInt8])
  /// Reads the stored form of an element.
  func next(_ bytes: inout ByteReader) -> Element?
}

extension SettingList {
  var maximumCount: Int { Int.max }

  func read(_ text: ArraySlice<UInt8>) -> [Element]? {
    var words = Words(text)
    var elements: [Element] = []
    while let word = words.next() {
      guard elements.count < maximumCount, let element = element(word) else { return nil }
      elements.append(element)
    }
    return elements
  }

  func text(of value: [Element]) -> [UInt8] {
    Array(value.map(word).joined(separator: Array(", ".utf8)))
  }

  func store(_ value: [Element], to bytes: inout [UInt8]) {
    for element in value { append(element, to: &bytes) }
  }

  func load(_ bytes: inout ByteReader) -> [Element]? {
    var elements: [Element] = []
    // Bounded by the stored bytes: each element takes some.
    while bytes.hasMore {
      guard let element = next(&bytes) else { return nil }
      elements.append(element)
    }
    return elements
  }
}

/// Users by login name or as `uid:N`.
struct UsersValue: SettingList {
  var expected: ExpectedValue { .users }

  func element(_ word: ArraySlice<UInt8>) -> UserName? { UserName(word) }

  func word(of element: UserName) -> [UInt8] { element.written }

  func append(_ element: UserName, to bytes: inout [UInt8]) {
    LittleEndian.append(string: element.written, to: &bytes)
  }

  func next(_ bytes: inout ByteReader) -> UserName? { UserName(bytes.string()[...]) }
}

/// Who gets notices.
///
///     notifiee = "user" / local "@" domain
struct NotifieesValue: SettingList {
  private static let user = "user"

  /// A mail to a whole customer base is no notice.
  var maximumCount: Int { 16 }

  var expected: ExpectedValue { .notifiees(maximum: maximumCount) }

  func element(_ word: ArraySlice<UInt8>) -> Notifiee? {
    if Octets.matches(word, Self.user) { return .user }
    return AddressValue().read(word).map { .address($0) }
  }

  func word(of element: Notifiee) -> [UInt8] {
    switch element {
    case .user: Array(Self.user.utf8)
    case .address(let address): address.written
    }
  }

  func append(_ element: Notifiee, to bytes: inout [UInt8]) {
    switch element {
    case .user: bytes.append(1)
    case .address(let address):
      bytes.append(2)
      AddressValue().store(address, to: &bytes)
    }
  }

  func next(_ bytes: inout ByteReader) -> Notifiee? {
    switch bytes.uint8() {
    case 1: .user
    case 2: AddressValue().load(&bytes).map { .address($0) }
    default: nil
    }
  }
}

/// Tables of mailboxes and aliases.
struct TablesValue: SettingList {
  var expected: ExpectedValue { .tables(types: MailTable.types) }

  func element(_ word: ArraySlice<UInt8>) -> MailTable? { MailTable(word) }

  func word(of element: MailTable) -> [UInt8] { element.written }

  func append(_ element: MailTable, to bytes: inout [UInt8]) {
    LittleEndian.append(string: element.written, to: &bytes)
  }

  func next(_ bytes: inout ByteReader) -> MailTable? { MailTable(bytes.string()[...]) }
}

/// Domains, and paths of files with domains.
struct HostedDomainsValue: SettingList {
  var maximumCount: Int { 10_000 }

  var expected: ExpectedValue { .domainsOrPaths(maximum: maximumCount) }

  func element(_ word: ArraySlice<UInt8>) -> [UInt8]? {
    word.first == Octets.slash ? Scalar.absolutePath(word) : DomainName.canonical(Array(word))
  }

  func word(of element: [UInt8]) -> [UInt8] { element }

  func append(_ element: [UInt8], to bytes: inout [UInt8]) {
    LittleEndian.append(string: element, to: &bytes)
  }

  func next(_ bytes: inout ByteReader) -> [UInt8]? {
    let word = bytes.string()
    return word.isEmpty ? nil : word
  }
}

/// Codes of findings, words of small letters and hyphens; which there are only the tool knows.
struct FindingCodesValue: SettingList {
  /// More than there are kinds of findings.
  var maximumCount: Int { 100 }
  /// The longest code in bytes.
  private static let codeBytes = 40

  var expected: ExpectedValue { .findingCodes(maximum: maximumCount) }

  func element(_ word: ArraySlice<UInt8>) -> [UInt8]? {
    let isPlain = word.allSatisfy { $0 == UInt8(ascii: "-") || (0x61...0x7A).contains($0) }
    return isPlain && word.count <= Self.codeBytes ? Array(word) : nil
  }

  func word(of element: [UInt8]) -> [UInt8] { element }

  func append(_ element: [UInt8], to bytes: inout [UInt8]) {
    LittleEndian.append(string: element, to: &bytes)
  }

  func next(_ bytes: inout ByteReader) -> [UInt8]? {
    let code = bytes.string()
    return code.isEmpty ? nil : code
  }
}
