/// Gives options their meaning, one after the other, and judges the whole at the end.
///
/// Nothing but a fatal option is refused while options are read: in Postfix the last mode wins, so
/// that `-bd -bm` delivers, and combinations are judged after the last option.
struct InvocationReader {
  /// The mode asked for last, also one that Postern does not serve.
  private enum Requested {
    case served(Invocation.Mode)
    /// `-bd`, `-bl`, program name smtpd: the only mode in which `-q` and `-q30m` do nothing.
    case daemon(String)
    /// `-bi`, `-I`, newaliases, `-bh`, `-bH`.
    case refused(String)
  }

  private var invocation = Invocation()
  private var requested: Requested
  private var hasInterval = false
  private var flushesSite = false
  private var flushesMessage = false

  /// Names the program as it was called.
  ///
  /// - Parameter path: argv[0].
  /// - Returns: What follows the last slash, unless nothing follows.
  static func name(of path: [UInt8]) -> ArraySlice<UInt8> {
    guard let slash = path.lastIndex(of: 0x2F), slash + 1 < path.count else { return path[...] }
    return path[(slash + 1)...]
  }

  /// Starts in the mode that the program was called for.
  ///
  /// - Parameter programName: argv[0].
  init(programName: [UInt8]) {
    switch Array(Self.name(of: programName)) {
    case Array("mailq".utf8): requested = .served(.listQueue)
    case Array("newaliases".utf8): requested = .refused("newaliases")
    case Array("smtpd".utf8): requested = .daemon("smtpd")
    default: requested = .served(.deliver)
    }
  }

  /// Applies one option.
  mutating func take(_ element: InvocationWords.Element) throws(InvocationError) {
    switch element {
    case .flushQueue:
      if case .daemon = requested { return }
      requested = .served(.flushQueue)
    case .configuredVERP:
      invocation.verp = .configuredDelimiters
    case .option(let option, let value):
      try take(option, value)
    }
  }

  private mutating func take(
    _ option: SendmailOption, _ value: [UInt8]
  ) throws(InvocationError) {
    switch option.meaning {
    case .ignored: break
    case .refused: throw .unsupportedOption("-" + spelled(option.letter))
    case .rebuildAliases: requested = .refused("-I")
    case .dotIsData: invocation.dotEndsInput = false
    case .extractRecipients: invocation.extractRecipients = true
    case .verbose: invocation.verbose += 1
    case .sender: invocation.sender = value
    case .fullName:
      guard value.count <= Invocation.Limits.fullNameBytes else {
        throw .usage(.fullNameTooLong(limit: Invocation.Limits.fullNameBytes))
      }
      invocation.fullName = value
    // A bad value also undoes an earlier good one: in sendmail.c both are stored as 0.
    case .notify: invocation.notify = Notify(value)
    case .returnContent: invocation.returnContent = ReturnContent(value)
    case .envelopeID: takeEnvelopeID(value)
    case .bodyType:
      guard let bodyType = BodyType(value) else { throw .usage(.bodyType(value)) }
      invocation.bodyType = bodyType
    case .extended:
      guard value.first == 0x56, let verp = VERP(delimiters: value[1...]) else {
        throw .usage(.extended(value))
      }
      invocation.verp = verp
    case .mode: try takeMode(value)
    case .other: try takeOther(value)
    case .queue: try takeQueue(value)
    }
  }

  /// `-V`: a bad value is ignored and, unlike a bad `-N`, leaves an earlier one as it is.
  private mutating func takeEnvelopeID(_ value: [UInt8]) {
    let isPrintable = value.allSatisfy { (0x20...0x7E).contains($0) }
    guard !value.isEmpty, value.count <= Invocation.Limits.envelopeIDBytes, isPrintable else {
      return
    }
    invocation.envelopeID = value
  }

  /// `-b`: only the first letter counts; `v` is a flag besides the mode.
  private mutating func takeMode(_ value: [UInt8]) throws(InvocationError) {
    guard let letter = value.first else { throw .usage(.mode(value)) }
    switch spelled(letter) {
    case "m": requested = .served(.deliver)
    case "s": requested = .served(.smtp)
    case "p": requested = .served(.listQueue)
    case "v": invocation.verifyOnly = true
    case "d", "l": requested = .daemon("-b" + spelled(letter))
    case "i", "h", "H": requested = .refused("-b" + spelled(letter))
    default: throw .usage(.mode(value))
    }
  }

  /// `-o`: only the first letter counts, so that `-oit` is `-oi` and no `-t`.
  private mutating func takeOther(_ value: [UInt8]) throws(InvocationError) {
    switch value.first.map(spelled) {
    case "i": invocation.dotEndsInput = false
    // A file of the caller's choice, to be opened for writing.
    case "A": throw .unsupportedOption("-oA")
    default: break
    }
  }

  /// `-q` with a value: a time, `R` and a site, `I` and a queue ID.
  private mutating func takeQueue(_ value: [UInt8]) throws(InvocationError) {
    switch value.first.map(spelled) {
    case .some("0"..."9"): hasInterval = true
    case "R" where value.count > 1: flushesSite = true
    case "I" where value.count > 1: flushesMessage = true
    default: throw .usage(.queue(value))
    }
  }

  private func spelled(_ letter: UInt8) -> String { String(Unicode.Scalar(letter)) }
}

// MARK: - Judging the whole

extension InvocationReader {
  /// Judges the options together, in the order of sendmail.c, and adds the remaining words.
  ///
  /// - Parameter recipients: The words after the options.
  /// - Returns: The finished invocation.
  /// - Throws: `InvocationError.usage` for what Postfix calls fatal, `unsupportedOption` for a mode
  ///   that Postern does not have.
  consuming func finish(recipients: [[UInt8]]) throws(InvocationError) -> Invocation {
    try checkDeliveryOptions()
    try checkVerify()
    switch requested {
    case .daemon(let option), .refused(let option): throw .unsupportedOption(option)
    case .served(let mode): invocation.mode = mode
    }
    if hasInterval {
      invocation.mode = .queueInterval
    } else if invocation.mode == .deliver, flushesSite || flushesMessage {
      invocation.mode = flushesSite ? .flushSite : .flushMessage
    }
    let takesWords = invocation.mode == .deliver || invocation.mode == .queueInterval
    guard takesWords || recipients.isEmpty else {
      throw .usage(.wordsWithoutDelivery(invocation.mode))
    }
    invocation.recipients = recipients
    return invocation
  }

  private func checkDeliveryOptions() throws(InvocationError) {
    if case .served(.deliver) = requested { return }
    if invocation.extractRecipients { throw .usage(.extractOutsideDelivery) }
    if flushesSite { throw .usage(.queueOutsideDelivery(UInt8(ascii: "R"))) }
    if flushesMessage { throw .usage(.queueOutsideDelivery(UInt8(ascii: "I"))) }
  }

  private func checkVerify() throws(InvocationError) {
    guard invocation.verifyOnly else { return }
    if invocation.extractRecipients { throw .usage(.verifyWith(UInt8(ascii: "t"))) }
    if invocation.notify != nil { throw .usage(.verifyWith(UInt8(ascii: "N"))) }
    if invocation.returnContent != nil { throw .usage(.verifyWith(UInt8(ascii: "R"))) }
    if invocation.verbose == 1 { throw .usage(.verifyWith(UInt8(ascii: "v"))) }
  }
}
