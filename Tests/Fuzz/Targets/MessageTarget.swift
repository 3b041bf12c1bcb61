import InternetMessage
import LinuxSystem
import Policy
import Submission

/// A message from its first byte on standard input to what is handed over.
func fuzzMessage(_ bytes: [UInt8]) {
  for dotEndsInput in [false, true] {
    guard let whole = receive(bytes, dotEndsInput, 65_536) else { continue }
    // Small pieces, but not one system call for each byte of a long input.
    let step = 1 + (bytes.last.map(Int.init) ?? 0) % 17 + bytes.count / 256
    require(receive(bytes, dotEndsInput, step) == whole, "it does not matter how it is read")
    require(!whole.body.contains(0x0D), "no CR is left in the body")
    let header = whole.header
    let again = receive(header + [0x0A] + whole.body, false, 65_536)
    if !header.contains(0x0D) && !header.starts(with: Array("From ".utf8)) {
      require(again == whole, "what is canonical stays as it is")
    }
  }
  guard let received = receive(bytes, false, 65_536) else { return }
  for fromPolicy in FromPolicy.allCases { fuzzSettled(received, fromPolicy) }
}

private struct Received: Equatable {
  let header: [UInt8]
  let body: [UInt8]
}

private func receive(_ bytes: [UInt8], _ dotEndsInput: Bool, _ bufferBytes: Int) -> Received? {
  do {
    var file = try FileDescriptor.memfd(name: "fuzz")
    try file.writeAll(bytes)
    try file.seek(to: 0)
    let intake = try Intake(
      reading: &file, dotEndsInput: dotEndsInput, sizes: SizeLimits(headerBytes: 16_384),
      keepsOriginal: false, bufferBytes: bufferBytes)
    let header = intake.header
    let sealed = try intake.seal(header: [])
    var body = try sealed.readToEnd(limit: 1 << 26)
    require(body.first == 0x0A, "an empty line ends the header section")
    body.removeFirst()
    return Received(header: header, body: body)
  } catch {
    return nil
  }
}

/// What is handed over would be permitted to the same user, as it stands, and says the same.
private func fuzzSettled(_ received: Received, _ fromPolicy: FromPolicy) {
  let policy = SenderPolicy.fuzzed(fromPolicy)
  guard let invocation = try? Invocation.parse(["sendmail", "-t", "-i"].map { Array($0.utf8) }),
    let section = try? HeaderSection(repairing: received.header),
    let message = try? ReadMessage(invocation, section, policy).settled(by: policy)
  else { return }
  let edited = message.header(invocation, policy, time: 1_700_000_000)
  let after: HeaderSection
  let identities: Identities
  do {
    after = try HeaderSection(parsing: edited)
    identities = try Identities(reading: after)
  } catch {
    return require(false, "what is handed over can be read: \(error): \(shown(edited))")
  }
  require(identities.from != .absent, "there is a From:")
  let addresses =
    identities.from.addresses + identities.resentFrom.addresses + identities.sender.addresses
    + identities.resentSender.addresses
  requireShortLines(after)
  for address in addresses {
    require(address.domain != nil, "\(shown(address.written)) has a domain")
    require(
      policy.entry?.permits(address, delimiter: []) == true,
      "\(shown(address.written)) is permitted: \(shown(edited))")
  }
  require(after.all(.bcc).isEmpty && after.all(.resentBcc).isEmpty, "no blind copy is told")
  require(after.all(.xPostern).count == 1, "one trace field")
  requireStable(message.read.envelope.recipients)
  if fromPolicy == .reject {
    let before = message.read.identities.from.addresses.map { policy.qualified($0) }
    require(
      before.isEmpty || before.map(\.canonical) == identities.from.addresses.map(\.canonical),
      "From: says what was checked")
  }
}

/// Postfix's smtp(8) cuts no line of an identity field.
private func requireShortLines(_ section: HeaderSection) {
  for field in section.fields where field.known?.isIdentity == true {
    for line in section.bytes[field.range].split(separator: 0x0A) {
      require(line.count <= MessageLimits.lineBytes, "a line that smtp(8) does not cut")
    }
  }
}

extension SenderPolicy {
  /// A user who may send as good@ok.example and as anybody of bücher.example.
  static func fuzzed(_ fromPolicy: FromPolicy) -> SenderPolicy {
    var configuration = Configuration()
    configuration.defaultDomain = Array("ok.example".utf8)
    configuration.fromPolicy = fromPolicy
    configuration.sizes.headerBytes = 16_384
    var rules = SenderRules()
    let own = AddrSpec(localPart: Array("good".utf8), domain: Array("ok.example".utf8))
    rules.patterns = [
      .address(localPart: own.localPart, domain: Array("ok.example".utf8)),
      .domain(Array("xn--bcher-kva.example".utf8)),
    ]
    rules.defaultAddress = own
    let entry = SenderEntry(
      uid: 1001, user: Array("alice".utf8), login: Array("alice".utf8),
      fullName: Array("Alice, of \"ok\"".utf8), rules: rules)
    return SenderPolicy(uid: 1001, configuration: configuration, entry: entry)
  }
}
