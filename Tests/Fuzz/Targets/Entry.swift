import Glibc

/// One thing that is fuzzed.
struct FuzzTarget: Sendable {
  /// Its name; the program runs the target of the name it is called by.
  let name: String
  /// What is done with an input; what must never happen traps.
  let run: @Sendable ([UInt8]) -> Void
}

/// Every target; texts also with their bytes mapped to words of mail.
private let targets: [FuzzTarget] = [
  FuzzTarget(name: "command-line", run: fuzzCommandLine),
  FuzzTarget(name: "command-line-mapped") { fuzzCommandLine(OptionAlphabet.mapped($0)) },
  FuzzTarget(name: "header", run: fuzzHeader),
  FuzzTarget(name: "header-mapped") { fuzzHeader(MailAlphabet.mapped($0)) },
  FuzzTarget(name: "addresses", run: fuzzAddresses),
  FuzzTarget(name: "addresses-mapped") { fuzzAddresses(MailAlphabet.mapped($0)) },
  FuzzTarget(name: "message", run: fuzzMessage),
  FuzzTarget(name: "message-mapped") { fuzzMessage(MailAlphabet.mapped($0)) },
  FuzzTarget(name: "smtp", run: fuzzSMTP),
  FuzzTarget(name: "smtp-mapped") { fuzzSMTP(SMTPAlphabet.mapped($0)) },
  FuzzTarget(name: "configuration", run: fuzzConfiguration),
  FuzzTarget(name: "configuration-mapped") { fuzzConfiguration(ConfigurationAlphabet.mapped($0)) },
  FuzzTarget(name: "senders", run: fuzzSenders),
  FuzzTarget(name: "senders-mapped") { fuzzSenders(SendersAlphabet.mapped($0)) },
  FuzzTarget(name: "senders-db", run: fuzzSenderIndex),
  FuzzTarget(name: "state-file", run: fuzzSlot),
]

/// The target of this process; nil until libFuzzer has told the program's name.
nonisolated(unsafe) private var chosen: FuzzTarget?

/// Chooses the target by the name that the program was called by.
@_cdecl("LLVMFuzzerInitialize")
func initialize(
  _ count: UnsafeMutablePointer<CInt>?,
  _ words: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>?
) -> CInt {
  refuseVectors()
  let name = CommandLine.arguments[0].split(separator: "/").last.map(String.init) ?? ""
  if name == "decisions" || name == "names" {
    name == "names" ? serveNames() : serveDecisions()
    exit(0)
  }
  // SAFETY: libFuzzer calls this once, before there is any other thread.
  unsafe chosen = targets.first { $0.name == name }
  if unsafe chosen == nil {
    // The script asks for the list in this way.
    for target in targets { print(target.name) }
    exit(name == "fuzz" ? 0 : 64)
  }
  return 0
}

/// Ends the process where libFuzzer is given Tests/Vectors or one of its directories.
///
/// It writes what it finds new into the first directory; that the vectors are never, whoever calls it. A single file
/// is only read.
private func refuseVectors() {
  for word in CommandLine.arguments.dropFirst() {
    // Only a directory has a path with this behind it.
    guard let path = unsafe realpath(word + "/.", nil) else { continue }
    // SAFETY: realpath(3) gives a string of its own, which ends with NUL.
    let isVectors = unsafe String(cString: path).contains("/Tests/Vectors")
    unsafe free(path)
    if isVectors {
      print("\(word): vectors are no corpus; Tests/Fuzz/run makes seeds of them")
      exit(64)
    }
  }
}

/// Runs the target on one input.
@_cdecl("LLVMFuzzerTestOneInput")
func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  // SAFETY: libFuzzer gives `count` bytes at `start`, which stay during the call.
  let bytes = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
  unsafe chosen?.run(bytes)
  return 0
}

/// Ends the process, and so makes a finding, unless a property holds.
func require(_ holds: Bool, _ property: @autoclosure () -> String) {
  if !holds { fatalError("property violated: \(property())") }
}

/// Bytes as one can read them in a finding.
func shown(_ bytes: some Collection<UInt8>) -> String {
  String(decoding: bytes, as: UTF8.self).debugDescription
}
