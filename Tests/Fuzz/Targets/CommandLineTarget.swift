import InternetMessage
import Policy
import Submission

/// A command line, its words divided by NUL.
///
/// Whatever is understood, the command line that is handed over means the same to the same parser: the same recipients,
/// the same sender, nothing that Postern would refuse.
func fuzzCommandLine(_ bytes: [UInt8]) {
  let argv = bytes.split(separator: 0, omittingEmptySubsequences: false).map(Array.init)
  guard let invocation = try? Invocation.parse(argv) else { return }
  let count = invocation.recipients.count
  require(argv.suffix(count).elementsEqual(invocation.recipients), "recipients are the last words")
  guard invocation.mode == .deliver else { return }
  let recipients = invocation.recipients.flatMap {
    (try? RecipientList.parse($0, emptyIsError: true)) ?? []
  }
  let address = AddrSpec(localPart: Array("good".utf8), domain: Array("ok.example".utf8))
  let program = RealSendmail(
    path: [], invocation: invocation, reversePath: .address(address),
    fullName: invocation.fullName, recipients: recipients)
  let again: Invocation
  do { again = try Invocation.parse(program.arguments) } catch {
    return require(false, "what is handed over is understood: \(error)")
  }
  require(again.mode == .deliver, "what is handed over is a submission")
  require(!again.extractRecipients && !again.dotEndsInput, "the message decides nothing")
  require(again.recipients == recipients.map(\.written), "the recipients are those counted")
  require(again.sender == address.written, "the sender is the one checked")
  require(
    again.bodyType == invocation.bodyType && again.notify == invocation.notify
      && again.returnContent == invocation.returnContent
      && again.envelopeID == invocation.envelopeID && again.verp == invocation.verp
      && again.verifyOnly == invocation.verifyOnly
      && (again.verbose == 1) == (invocation.verbose == 1),
    "the options are those given")
}
