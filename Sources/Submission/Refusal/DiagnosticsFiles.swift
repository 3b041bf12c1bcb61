package import Policy

extension Diagnostics {
  /// Explains a problem of postern.cf or senders.
  ///
  /// - Parameter problem: The problem.
  /// - Returns: `file:line: text`.
  package static func text(for problem: FileProblem) -> String {
    "\(problem.file):\(problem.line): \(text(for: problem.fault))"
  }

  private static func text(for fault: FileFault) -> String {
    switch fault {
    case .fileTooLarge(let limit): "the file is larger than \(limit) bytes"
    case .lineTooLong(let limit): "the line is longer than \(limit) bytes"
    case .controlByte(let byte): "the control character \(shown(byte: byte)) is not allowed"
    case .nothingToContinue:
      "the line begins with white space, but there is no line before it to continue"
    case .badValue(let name, let value, let expected):
      "\(shown(name)) = \(shown(value)): expected \(text(for: expected))"
    case .emptyValue(let name):
      "\(shown(name)) has no value; remove the line for the default, or write 'unlimited' for no limit"
    case .missingEquals(let line): "'\(shown(line, limit: 60))' is not of the form name = value"
    case .unknownName(let name): "there is no parameter \(shown(name)); see postern.cf(5)"
    case .repeatedName(let name, let line): "\(shown(name)) is already set in line \(line)"
    case .badUser(let user):
      "\(shown(user)) is neither a login name nor uid:N"
    case .emptyEntry(let user): "\(shown(user)) has neither an address nor an option"
    case .badPattern(let word, let fault): "\(shown(word)): \(text(for: fault))"
    case .unknownOption(let word):
      "\(shown(word)) is neither an address nor an option; see postern-senders(5)"
    case .repeatedOption(let name): "the option \(shown(name)) is given twice"
    case .unterminatedQuote(let name): "\(shown(name))=\" has no closing quote"
    case .repeatedUser(let user, let line): "\(shown(user)) already has an entry in line \(line)"
    case .tooManyPatterns(let limit): "the entry has more than \(limit) addresses"
    case .notImportable(let line):
      "'\(shown(line, limit: 60))' is not a user, a tab and one address, optionally with a tab and options"
    case .unknownUser(let user): "there is no account \(shown(user)) on this machine"
    case .sameUID(let uid, let user, let other, let line):
      "\(shown(user)) and \(shown(other)) in line \(line) have the same UID \(uid); merge the two entries"
    case .sameRecord(let group, let other):
      "quota_group=\(shown(group)) would share the record of \(shown(other)); choose another name"
    case .entryTooLarge(let limit): "the compiled entry is larger than \(limit) bytes"
    case .noMailboxes(let domain):
      "mailboxes:\(shown(domain)): the tables in mailbox_tables have no mailbox or alias in this domain"
    case .noDefaultDomain:
      "the address has no domain, and Postfix's myorigin could not be read; set default_domain"
    }
  }

  private static func text(for expected: ExpectedValue) -> String {
    switch expected {
    case .number(let minimum, let word):
      "a number from \(minimum) to \(UInt32.max)\(word.map { " or '\($0)'" } ?? "")"
    case .percent: "a share from 1% to 100%"
    case .size(let minimum, let maximum):
      "a number of bytes from \(minimum) to \(maximum), K, M or G may follow"
    case .time(let maximum, let words):
      "a time such as 90s, 15m, 2h or 7d, at most \(maximum / 86_400)d, or '\(words)'"
    case .serverAddress:
      "unix:/path, inet:192.0.2.5:6379 or inet:[2001:db8::5]:6379 (no names), or nothing"
    case .timeout(let minimum, let maximum):
      "a time such as 250ms or 1s, from \(minimum)ms to \(maximum / 1_000)s"
    case .percentage: "a number from 0 to 100"
    case .oneOf(let words): words.joined(separator: " or ")
    case .absolutePath(let maximum): "an absolute path of at most \(maximum) bytes"
    case .users: "login names or uid:N"
    case .domain: "a domain name"
    case .delimiter: "up to 8 of the characters + - = _ # ~ / ^"
    case .address: "one address"
    case .findingCodes(let maximum):
      "at most \(maximum) codes of findings, as 'postern doctor' prints them"
    case .notifiees(let maximum): "at most \(maximum) addresses local@domain, or the word user"
    case .tables(let types): "type:path (\(types.joined(separator: ", "))) or command:path"
    case .domainsOrPaths(let maximum):
      "at most \(maximum) domains, or absolute paths of files with domains"
    case .groupName(let maximum):
      "at most \(maximum) letters, digits, dots, hyphens and underscores"
    case .reason(let maximum): "a text of at most \(maximum) printable characters"
    }
  }

  private static func text(for fault: PatternFault) -> String {
    switch fault {
    case .notAnAddress: "not an address, @domain, @.domain, mailboxes:domain, * or <>"
    case .localPart: "this local part cannot be used in From:"
    case .route: "'%' and '!' route mail and cannot be part of an allowed address"
    case .domain: "the domain is not a valid domain name"
    case .subdomains:
      "subdomains are imported only with --subdomains, and never those of a top-level domain"
    case .option:
      "it is neither an address nor an option (the names of options are lowercase)"
    }
  }
}
