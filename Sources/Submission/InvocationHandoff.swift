extension Invocation {
  /// The options that the real sendmail receives besides `-i` and `-f SENDER`, as words.
  ///
  /// Every value stands in a word of its own, where getopt takes it whatever it is. The envelope ID is
  /// written `-iV ID`, in a cluster, where `-V ID` could be read as VERP and `ID`
  /// as a recipient that nobody counted: where it has two bytes.
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
