/// Walks the words of a command line as Postfix's sendmail(1) does: glibc's getopt with a leading
/// `+`, and the tests of whole words that sendmail.c makes before it calls getopt.
///
///     words   = *option [ "--" ] *recipient
///     option  = "-" *flag ( flag / valued ( value / WORD value ) )
///     flag    = an option letter without value
///     valued  = an option letter with value       ; its value is the rest of its word, or, where
///                                                 ; that is empty, the next word whatever it is
///
/// Options end at the first word that does not begin with `-`, at a lone `-`, at an empty word
/// (these are recipients), and at `--` (which is skipped).
struct InvocationWords {
  /// What the walk met.
  enum Element {
    case option(SendmailOption, value: [UInt8])
    /// The word `-q`, alone between two options: never an option with a value.
    case flushQueue
    /// `-XV`, or `-V` before a word of two bytes: the value stays a word of its own.
    case configuredVERP
  }

  private let words: [[UInt8]]
  /// The word the walk is in.
  private var index: Int
  /// The next byte within that word; 0 between two words.
  private var offset = 0
  private let asFirstPass: Bool

  /// Starts after the program name.
  ///
  /// - Parameters:
  ///   - argv: The whole argument vector; it may be empty.
  ///   - asFirstPass: Whether to read as the first of sendmail.c's two passes does, which knows
  ///     `-q` but no other whole word, and passes over what it does not understand.
  init(_ argv: [[UInt8]], asFirstPass: Bool = false) {
    words = argv
    self.asFirstPass = asFirstPass
    index = min(1, argv.count)
  }

  /// The words after the options; valid after `next` has returned nil.
  var rest: [[UInt8]] { Array(words[index...]) }

  /// Returns the next option; nil = the end of the options.
  ///
  /// - Throws: `InvocationError.usage` for what makes getopt complain.
  mutating func next() throws(InvocationError) -> Element? {
    guard index < words.count else { return nil }
    if offset == 0 {
      if let whole = wholeWord() { return whole }
      let word = words[index]
      guard word.count > 1, word[0] == minus else { return nil }
      if word == [minus, minus] {
        index += 1
        return nil
      }
      offset = 1
    }
    return try optionInWord()
  }

  /// The tests that sendmail.c makes on the current word as a whole.
  ///
  /// They apply only between two words: in `-iq 30m` the `q` takes a value, in `-iV ab` the `V` is
  /// the envelope ID.
  private mutating func wholeWord() -> Element? {
    let word = words[index]
    if word == Array("-q".utf8) {
      index += 1
      return .flushQueue
    }
    if asFirstPass { return nil }
    let isOldVERP =
      word == Array("-V".utf8) && index + 1 < words.count && words[index + 1].count == 2
    if isOldVERP || word == Array("-XV".utf8) {
      index += 1
      return .configuredVERP
    }
    if word.count == 4, word.starts(with: "-V".utf8) {
      index += 1
      let extended = SendmailOption(letter: letterX, takesValue: true, meaning: .extended)
      return .option(extended, value: Array(word[1...]))
    }
    return nil
  }

  private mutating func optionInWord() throws(InvocationError) -> Element {
    let word = words[index]
    let letter = word[offset]
    offset += 1
    guard let option = SendmailOptions.option(letter) else {
      if asFirstPass {
        if offset == word.count { leaveWord() }
        let unknown = SendmailOption(letter: letter, takesValue: false, meaning: .ignored)
        return .option(unknown, value: [])
      }
      throw .usage(.unknownOption(letter))
    }
    if !option.takesValue {
      if offset == word.count { leaveWord() }
      return .option(option, value: [])
    }
    let joined = Array(word[offset...])
    leaveWord()
    if !joined.isEmpty { return .option(option, value: joined) }
    guard index < words.count else { throw .usage(.missingValue(letter)) }
    defer { index += 1 }
    return .option(option, value: words[index])
  }

  private mutating func leaveWord() {
    index += 1
    offset = 0
  }
}

private let minus: UInt8 = 0x2D
private let letterX: UInt8 = 0x58
