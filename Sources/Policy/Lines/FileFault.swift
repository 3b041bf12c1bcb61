/// What a value must be.
package enum ExpectedValue: Sendable, Equatable {
  /// A number from `minimum` to 4294967295, or this word.
  case number(minimum: UInt32, orWord: String?)
  /// A number from 1 to 100, and a percent sign.
  case percent
  /// A number of bytes within these bounds, with suffix K, M or G.
  case size(minimum: UInt64, maximum: UInt64)
  /// A time with its unit, of at most so many seconds, or these words.
  case time(maximum: UInt32, orWords: String)
  /// One of these words.
  case oneOf([String])
  /// A path that begins with `/`, without white space or `$`, at most so many bytes.
  case absolutePath(maximum: Int)
  /// Login names or `uid:N`, separated by white space or commas.
  case users
  /// A domain name.
  case domain
  /// Punctuation that can stand in a local part.
  case delimiter
  /// One address `local@domain`.
  case address
  /// At most so many addresses `local@domain`, or the word `user`.
  case notifiees(maximum: Int)
  /// At most so many codes of findings.
  case findingCodes(maximum: Int)
  /// Tables as `type:path` of these types, or `command:path`.
  case tables(types: [String])
  /// At most so many domains, or absolute paths.
  case domainsOrPaths(maximum: Int)
  /// Letters, digits, dots, hyphens and underscores, at most so many.
  case groupName(maximum: Int)
  /// `unix:/path`, or `inet:` with an address in numbers and a port.
  case serverAddress
  /// A time in seconds or milliseconds, within these bounds in milliseconds.
  case timeout(minimum: UInt32, maximum: UInt32)
  /// A number from 0 to 100.
  case percentage
  /// A text of at most so many bytes, in double quotes if it holds blanks.
  case reason(maximum: Int)
}

/// What is wrong with an address of the map.
package enum PatternFault: Sendable, Equatable {
  /// There is no `@` in it, and it is neither `*` nor `<>` nor an option.
  case notAnAddress
  /// The part before the `@` is not made of atoms and dots (RFC 5322 §3.2.3).
  case localPart
  /// It holds `%` or `!`, which Postfix would read as a route.
  case route
  /// The part after the `@` is no domain name.
  case domain
  /// It permits all subdomains, and the import was not told to take such.
  case subdomains
  /// It begins as an option does, and is an address none the less: senders would read it as the
  /// option.
  case option
}

/// What is wrong with a line of postern.cf or senders.
package enum FileFault: Sendable, Equatable {
  // Both files.
  case fileTooLarge(limit: Int)
  case lineTooLong(limit: Int)
  case controlByte(UInt8)
  /// The first line of text begins with white space: there is nothing that it could continue.
  case nothingToContinue
  case badValue(name: [UInt8], value: [UInt8], expected: ExpectedValue)
  /// A limit without a value; nobody can tell whether that means none or nothing.
  case emptyValue(name: [UInt8])

  // postern.cf.
  case missingEquals(text: [UInt8])
  case unknownName([UInt8])
  case repeatedName([UInt8], firstLine: Int)

  // senders.
  case badUser([UInt8])
  case emptyEntry(user: [UInt8])
  case badPattern([UInt8], PatternFault)
  case unknownOption([UInt8])
  case repeatedOption([UInt8])
  case unterminatedQuote(name: [UInt8])
  case repeatedUser([UInt8], firstLine: Int)
  case tooManyPatterns(limit: Int)

  // The input of an import.
  /// Not a user, a tab, an address and perhaps a tab and options.
  case notImportable([UInt8])

  // Found when names are resolved.
  case unknownUser([UInt8])
  case sameUID(UInt32, user: [UInt8], otherUser: [UInt8], otherLine: Int)
  /// Two names of `quota_group=`, or one and the UID of a user, have the same record.
  case sameRecord(group: [UInt8], other: [UInt8])
  case entryTooLarge(limit: Int)
  /// `default_domain` is not set and Postfix gave none that is usable.
  case noDefaultDomain
  /// There is no mailbox in the domain of a `mailboxes:`; the map is built all the same.
  case noMailboxes(domain: [UInt8])
}

/// A fault with its place.
package struct FileProblem: Sendable, Equatable {
  /// The file as it was named to the parser.
  package var file: String
  /// The line, counted from 1: the first line of an entry that is continued; 0 = the whole file.
  package var line: Int
  /// What is wrong.
  package var fault: FileFault

  /// Creates a problem.
  package init(file: String, line: Int, fault: FileFault) {
    self.file = file
    self.line = line
    self.fault = fault
  }
}
