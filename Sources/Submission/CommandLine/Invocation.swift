/// What a command line of sendmail(1) means.
///
/// It is read exactly as Postfix 3.7's sendmail.c reads it (`main`, second pass), because a wrapper
/// that sees the border between options and recipients elsewhere checks another message than the
/// one that is sent. Argument bytes are bytes: nothing is decoded.
package struct Invocation: Sendable {
  /// What the program is asked to do.
  package enum Mode: String, Sendable {
    /// `-bm`, the default: submit the message on standard input (or, with `-bv`, a probe).
    case deliver
    /// `-bs`: SMTP on standard input and output.
    case smtp
    /// `-bp`, `mailq`.
    case listQueue
    /// `-q`.
    case flushQueue
    /// `-qR` and a site.
    case flushSite
    /// `-qI` and a queue ID.
    case flushMessage
    /// `-q` and a time, outside daemon mode: Postfix ends at once with 0 and throws the message
    /// away.
    case queueInterval
    /// `--quota-status`, Postern's own.
    case quotaStatus
    /// `--own-log`, Postern's own.
    case ownLog

    /// The option that asks for this mode, as one would type it.
    package var option: String {
      switch self {
      case .deliver: "-bm"
      case .smtp: "-bs"
      case .listQueue: "-bp"
      case .flushQueue, .queueInterval: "-q"
      case .flushSite: "-qR"
      case .flushMessage: "-qI"
      case .quotaStatus: "--quota-status"
      case .ownLog: "--own-log"
      }
    }
  }

  /// Bounds of a command line.
  package enum Limits {
    /// Words, the program name included: far above any `recipients_per_message` that makes sense.
    package static let words = 65_536
    /// Bytes of all words: what Linux allows with the usual stack of 8 MiB.
    package static let bytes = 2_097_152
    /// Bytes of a `-V` value (RFC 3461 §4.4; Postfix ignores longer ones).
    package static let envelopeIDBytes = 100
    /// Postfix takes envelope records of at most 2048 bytes; quoting may double a name.
    package static let fullNameBytes = 1_000
  }

  package internal(set) var mode: Mode = .deliver
  /// `-t`: recipients are taken from the header section, too.
  package internal(set) var extractRecipients = false
  /// A line of a single dot ends the input; false with `-i` and `-oi`.
  package internal(set) var dotEndsInput = true
  /// The last of `-f` and `-r`, unparsed; nil = none is given; empty for `-f ''`.
  package internal(set) var sender: [UInt8]?
  /// The last `-F`, unparsed.
  package internal(set) var fullName: [UInt8]?
  package internal(set) var bodyType: BodyType?
  package internal(set) var notify: Notify?
  package internal(set) var returnContent: ReturnContent?
  /// `-V`: 1 to 100 printable ASCII bytes (space included).
  package internal(set) var envelopeID: [UInt8]?
  package internal(set) var verp: VERP?
  /// How often `-v` was given: once asks for a delivery report, twice and more for debugging.
  package internal(set) var verbose = 0
  /// `-bv`: a probe instead of a message; standard input is not read.
  package internal(set) var verifyOnly = false
  /// The words after the options, unparsed, in order.
  package internal(set) var recipients: [[UInt8]] = []

  /// Reads a command line.
  ///
  /// - Parameter argv: Program name and arguments; may be empty, since execve(2) allows it.
  /// - Returns: The meaning. Options that Postfix ignores leave no trace.
  /// - Throws: `InvocationError`; an option that comes before the faulty one has no effect.
  package static func parse(_ argv: [[UInt8]]) throws(InvocationError) -> Invocation {
    try checkSize(argv)
    if argv.count == 2, let mode = ownMode(argv[1]) {
      var invocation = Invocation()
      invocation.mode = mode
      return invocation
    }
    var reader = InvocationReader(programName: argv.first ?? [])
    var words = InvocationWords(argv)
    while let element = try words.next() {
      try reader.take(element)
    }
    try refuseHiddenConfiguration(argv)
    return try reader.finish(recipients: words.rest)
  }

  /// What a word asks for that Postfix does not know.
  private static func ownMode(_ word: [UInt8]) -> Mode? {
    for mode in [Mode.quotaStatus, .ownLog] where word == Array(mode.option.utf8) { return mode }
    return nil
  }

  /// Refuses a `-C` that only the first pass of sendmail.c sees.
  ///
  /// That pass reads `-V -O -C/dir` as `-V` with the value `-O`, and then `-C`; the second one,
  /// which everything else follows, as VERP and `-O` with a value. `mode = audit` hands such a line
  /// over as it came.
  private static func refuseHiddenConfiguration(_ argv: [[UInt8]]) throws(InvocationError) {
    var words = InvocationWords(argv, asFirstPass: true)
    while let element = try? words.next() {
      if case .option(let option, _) = element, option.letter == UInt8(ascii: "C") {
        throw .unsupportedOption("-C")
      }
    }
  }

  private static func checkSize(_ argv: [[UInt8]]) throws(InvocationError) {
    guard argv.count <= Limits.words else {
      throw .usage(.tooManyWords(limit: Limits.words))
    }
    var bytes = 0
    for word in argv {
      bytes += word.count
      guard bytes <= Limits.bytes else {
        throw .usage(.tooManyBytes(limit: Limits.bytes))
      }
    }
  }
}

extension Invocation {
  /// The options that the real sendmail receives besides `-i` and `-f SENDER`, as words.
  ///
  /// Every value is a word of its own, which getopt takes whatever it contains. The envelope ID is
  /// written `-iV ID`, in a cluster, where `-V ID` could be read as VERP and `ID` as a recipient
  /// that nobody counted: where it has two bytes.
  package var handoffOptions: [[UInt8]] {
    var words: [[UInt8]] = []
    func add(_ option: String, _ value: [UInt8]? = nil) {
      words.append(Array(option.utf8))
      if let value { words.append(value) }
    }
    if let bodyType { add("-B", Array(bodyType.rawValue.utf8)) }
    if let notify { add("-N", Array(notify.parameter.utf8)) }
    if let returnContent { add("-R", Array(returnContent.rawValue.utf8)) }
    // "-V" before a word of two bytes would be the old VERP option; not so inside a cluster.
    if let envelopeID { add(envelopeID.count == 2 ? "-iV" : "-V", envelopeID) }
    switch verp {
    case nil: break
    case .configuredDelimiters: add("-XV")
    case .delimiters(let first, let second):
      words.append(Array("-XV".utf8) + [first, second])
    }
    // Once is a delivery report; more often is Postfix's debugging on the caller's stderr.
    if verbose == 1 { add("-v") }
    if verifyOnly { add("-bv") }
    return words
  }
}
