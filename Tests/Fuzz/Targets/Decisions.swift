import Glibc
import InternetMessage
import LinuxSystem
import Policy
@testable import Submission

/// Decides about messages as the drop-in does, many in one process: for Tests/Fuzz/readers.
///
///     request  = site *(" =" word) TAB message LF            ; everything in hexadecimal but the site
///     reply    = "refuse" TAB reason LF
///              / "permit" TAB from TAB sender TAB resent-from TAB resent-sender TAB reverse-path
///                TAB recipients TAB arguments TAB message LF
///
/// Addresses are given without quotes, divided by commas; what is said about the header is what was judged and permitted,
/// not what Postern reads in the message that is handed over.
func serveDecisions() {
  while let line = readLine() {
    let parts = line.split(separator: "\t", omittingEmptySubsequences: false)
    let words = parts[0].split(separator: " ")
    let argv = words.dropFirst().map { bytes(hexadecimal: $0.dropFirst()) }
    let message = bytes(hexadecimal: parts[1])
    do throws(Refusal) {
      print(try decide([Array("sendmail".utf8)] + argv, message, .named(words[0])))
    } catch {
      print("refuse\t\(error.reason.rawValue)")
    }
    // Somebody waits for it at the other end of a pipe.
    fflush(nil)
  }
}

/// One message, from the command line to what the real program gets; the steps of `Submission`, without the quota.
private func decide(
  _ argv: [[UInt8]], _ message: [UInt8], _ policy: SenderPolicy
) throws(Refusal) -> String {
  let invocation: Invocation
  do { invocation = try Invocation.parse(argv) } catch { throw .command(error) }
  guard invocation.mode == .deliver else { throw .command(.unsupportedOption("mode")) }
  let intake: Intake
  do throws(IntakeError) {
    var file = try file(of: message)
    intake = try Intake(
      reading: &file, dotEndsInput: invocation.dotEndsInput, sizes: policy.sizes,
      keepsOriginal: false)
  } catch {
    throw .intake(error)
  }
  let section: HeaderSection
  do { section = try HeaderSection(repairing: intake.header) } catch {
    throw .message(error, .nothing)
  }
  let settled = try ReadMessage(invocation, section, policy).settled(by: policy)
  let header = settled.header(invocation, policy, time: 1_700_000_000)
  let program = RealSendmail(
    path: [], invocation: invocation, reversePath: settled.reversePath, fullName: settled.fullName,
    recipients: settled.read.envelope.recipients)
  let sealed: [UInt8]
  do { sealed = try intake.seal(header: header).readToEnd(limit: 1 << 26) } catch {
    throw .intake(error as? IntakeError ?? .messageTooLarge(limit: 0))
  }
  let recipients = settled.read.envelope.recipients.map(\.addrSpec)
  let claim = settled.read.claim
  return [
    "permit", listed(settled.permittedFrom(policy)), listed(settled.permittedSender),
    listed(claim.resentFrom), listed([claim.resentSender].compactMap(\.self)),
    listed(settled.reversePath.addresses), listed(recipients),
    program.arguments.map(hexadecimal).joined(separator: " "), hexadecimal(sealed),
  ].joined(separator: "\t")
}

private func file(of bytes: [UInt8]) throws(IntakeError) -> FileDescriptor {
  do {
    let file = try FileDescriptor.memfd(name: "message")
    try file.writeAll(bytes)
    try file.seek(to: 0)
    return file
  } catch {
    throw .system(error)
  }
}

/// Addresses as Postfix has them inside: local part without quotes, `@`, domain.
private func listed(_ addresses: [AddrSpec]) -> String {
  addresses.map { hexadecimal($0.localPart + ($0.domain.map { [0x40] + $0 } ?? [])) }
    .joined(separator: ",")
}

/// The claim that was permitted, after `from_policy = rewrite`.
extension SettledMessage {
  fileprivate func permittedFrom(_ policy: SenderPolicy) -> [AddrSpec] {
    if let rewrite, rewrite.replacesFrom { return [rewrite.address].compactMap(\.self) }
    guard case .addresses(let claimed) = read.claim.from else { return [] }
    // Where none is claimed, the one that was permitted is added.
    return claimed.isEmpty ? [ownAddress(policy)].compactMap(\.self) : claimed
  }

  fileprivate var permittedSender: [AddrSpec] {
    rewrite?.dropsSender == true ? [] : [read.claim.sender].compactMap(\.self)
  }
}

extension ReversePath {
  fileprivate var addresses: [AddrSpec] {
    switch self {
    case .null: []
    case .address(let address): [address]
    case .word: []
    }
  }
}

extension SenderPolicy {
  /// The domains of readers/generator.py, and those of the words that it makes.
  private static var everyDomain: [AddressPattern] {
    let names = [
      "ok.example", "z.example", "a.b.c.d", "localhost", "a_b.example", "1.2.3.4", "example",
      String(repeating: "x", count: 63) + ".example",
    ]
    return names.map { .domain(Array($0.utf8)) }
  }

  /// The sites that a request may name: who may send as nearly anybody, who may not, and whose From: is rewritten.
  fileprivate static func named(_ name: Substring) -> SenderPolicy {
    switch name {
    case "anybody":
      let policy = SenderPolicy.fuzzed(.reject)
      var entry = policy.entry
      // Of an entry with `*` nothing would be judged, and so nothing read.
      entry?.rules.patterns += SenderPolicy.everyDomain
      return SenderPolicy(uid: 1001, configuration: policy.configuration, entry: entry)
    case "rewritten": return .fuzzed(.rewrite)
    default: return .fuzzed(.reject)
    }
  }
}

func hexadecimal(_ bytes: [UInt8]) -> String {
  let digits = Array("0123456789abcdef".utf8)
  var text: [UInt8] = []
  text.reserveCapacity(bytes.count * 2)
  for byte in bytes {
    text.append(digits[Int(byte >> 4)])
    text.append(digits[Int(byte & 15)])
  }
  return String(decoding: text, as: UTF8.self)
}

func bytes(hexadecimal text: Substring) -> [UInt8] {
  let digits = Array(text.utf8).map { $0 < 0x40 ? $0 - 0x30 : $0 - 0x57 }
  return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}
