package import LinuxSystem
package import Policy

/// Whose quota is asked for at a quota server, and what for.
package struct SharedQuotaRequest: Sendable {
  /// What the record is called there.
  package let name: [UInt8]
  /// The login name that may be suspended there; empty = none, or the same.
  package let login: [UInt8]
  /// The limits in force.
  package let limits: QuotaLimits
  /// Whether the server decides; otherwise what was let out is only noted, for the next call.
  package var isAsked = true

  /// Creates a request.
  package init(name: [UInt8], login: [UInt8], limits: QuotaLimits) {
    self.name = name
    self.login = login
    self.limits = limits
  }
}

/// One call of the function `postern1_charge` (Install/fleet/postern1.lua).
struct SharedQuota {
  let settings: QuotaServerSettings
  let address: QuotaServerAddress
  let request: SharedQuotaRequest
  let nodeNumber: UInt64

  /// What the function answers.
  enum Verdict: Equatable {
    case granted(generation: UInt32)
    case exceeded(QuotaResource, QuotaPeriod, used: UInt64, limit: UInt32, wait: Int64)
    case suspended([UInt8])
    case reset(generation: UInt32)
    case late(number: UInt64)
  }

  /// The longest reason of a suspension that is passed on.
  private static let reasonBytes = 200

  /// Asks; one connection, one write, and everything within a time.
  ///
  /// - Parameters:
  ///   - account: What was let out so far, with the number of this call.
  ///   - usage: What this machine has counted.
  ///   - recipients: What is asked for, besides one message.
  ///   - now: Seconds since 1970.
  ///   - milliseconds: How long it may take.
  ///   - isOwnDelay: Set where this process came to ask too late: its caller may have stopped it,
  ///     or left it no descriptor.
  /// - Returns: The answer.
  /// - Throws: `ServerFault`.
  func ask(
    _ account: RunningAccount, usage: Usage, recipients: UInt32, now: UInt64,
    within milliseconds: UInt32, isOwnDelay: inout Bool
  ) throws(ServerFault) -> Verdict {
    var before: [UInt8] = []
    if !settings.passwordFile.isEmpty {
      do { before = try signIn() } catch {
        // Nothing was waited for.
        isOwnDelay = true
        throw .password(error)
      }
    }
    let command = call(account, usage: usage, recipients: recipients, now: now, after: before)
    let reply = try exchange(
      command, signsIn: !before.isEmpty, within: milliseconds, isOwnDelay: &isOwnDelay)
    return try verdict(reply, recipients: recipients)
  }

  private func send(
    _ command: [UInt8], within milliseconds: UInt32, isOwnDelay: inout Bool
  ) throws(ServerFault) -> ServerConnection {
    do throws(Errno) {
      let connection = try ServerConnection.open(to: address.target, within: milliseconds)
      try connection.send(command)
      return connection
    } catch {
      isOwnDelay = error.call == "socket"
      throw .system(error)
    }
  }

  private func exchange(
    _ command: [UInt8], signsIn: Bool, within milliseconds: UInt32, isOwnDelay: inout Bool
  ) throws(ServerFault) -> ServerReply {
    let connection = try send(command, within: milliseconds, isOwnDelay: &isOwnDelay)
    let sent = Clock.monotonicMilliseconds()
    var buffer = [UInt8](repeating: 0, count: ServerReply.Bounds.charge.bytes)
    var (count, isSignedIn, reader) = (0, !signsIn, ServerReplyReader(.charge))
    while true {
      switch reader.next(in: buffer, count: count) {
      case .malformed: throw .malformed
      case .reply(let reply):
        if isSignedIn { return reply }
        // What follows would be the answer to whoever needs no password there.
        if case .error(let text) = reply { throw .signIn(text) }
        guard reply == .simple([UInt8]("OK".utf8)) else { throw .malformed }
        isSignedIn = true
      case .incomplete:
        let received: Int
        do { received = try connection.receive(into: &buffer, at: count) } catch {
          isOwnDelay =
            error.isTimeout
            && (Clock.monotonicMilliseconds() - sent) * 2 < UInt64(milliseconds)
          throw .system(error)
        }
        guard received > 0 else { throw .closed }
        count += received
      }
    }
  }

  // MARK: The call

  /// AUTH, in the same piece as the call.
  private func signIn() throws(Errno) -> [UInt8] {
    let file = try FileDescriptor.open(
      path: settings.passwordFile, options: [.readOnly, .followLinks, .nonBlocking])
    let text = try file.pread(offset: 0, count: ServerPassword.fileBytes)
    var command = ServerCommand(wordCount: 3)
    command.append("AUTH")
    command.append(settings.user)
    command.append(ServerPassword.line(of: text))
    return command.bytes
  }

  private func call(
    _ account: RunningAccount, usage: Usage, recipients: UInt32, now: UInt64,
    after before: [UInt8]
  ) -> [UInt8] {
    var command = ServerCommand(wordCount: 25, after: before)
    command.append("FCALL")
    command.append("postern1_charge")
    command.append("2")
    command.append([UInt8]("postern:q:".utf8) + request.name)
    command.append("postern:suspended")
    command.append(request.name)
    command.append(request.login)
    command.append(Self.name(of: nodeNumber, account.epoch))
    command.append(account.number)
    command.append(account.kept)
    if account.generation == RunningAccount.unknown {
      command.append("-1")
    } else {
      command.append(UInt64(account.generation))
    }
    command.append(account.messages)
    command.append(account.recipients)
    command.append(UInt64(1))
    command.append(UInt64(recipients))
    Self.forEachQuota { resource, period in
      if let limit = request.limits.limit(of: resource, per: period).value {
        command.append(UInt64(limit))
      } else {
        command.append("-1")
      }
    }
    Self.forEachQuota { resource, period in
      command.append(
        usage.used(
          resource, per: period, limit: request.limits.limit(of: resource, per: period), now: now))
    }
    for period in QuotaPeriod.allCases { command.append(period.stepSeconds) }
    return command.bytes
  }

  /// The name of a node: host, number of the file, number of the account.
  private static func name(of node: UInt64, _ epoch: UInt64) -> [UInt8] { name(of: [node, epoch]) }

  /// The name of this machine as a node: host, number of the file.
  static func name(of node: UInt64) -> [UInt8] { name(of: [node]) }

  private static func name(of numbers: [UInt64]) -> [UInt8] {
    var name = Array(Host.nodeName().prefix(hostBytes))
    for number in numbers {
      name.append(UInt8(ascii: "."))
      for shift in stride(from: 60, through: 0, by: -4) {
        name.append(hexadecimal[Int(number >> UInt64(shift) & 15)])
      }
    }
    return name
  }

  private static let hostBytes = 64
  private static let hexadecimal = [UInt8]("0123456789abcdef".utf8)

  /// The order of the function: the hour before the day.
  private static func forEachQuota(_ body: (QuotaResource, QuotaPeriod) -> Void) {
    for period in QuotaPeriod.allCases {
      for resource in QuotaResource.allCases { body(resource, period) }
    }
  }

  // MARK: The answer

  func verdict(_ reply: ServerReply, recipients: UInt32) throws(ServerFault) -> Verdict {
    if case .error(let text) = reply { throw .refused(text) }
    guard case .array(let parts) = reply, parts.count >= 2, case .text(let word) = parts[0],
      word.count == 1, let kind = word.first
    else { throw .malformed }
    switch (kind, parts[1], parts.count) {
    case (UInt8(ascii: "S"), .text(let reason), 2):
      return .suspended(Array(reason.prefix(Self.reasonBytes)))
    case (UInt8(ascii: "R"), .integer(let number), 2):
      return .reset(generation: try Self.generation(number))
    case (UInt8(ascii: "L"), .integer(let number), 2):
      guard number >= 0, number < Int64(RunningAccount.maximumNumber) else { throw .malformed }
      return .late(number: UInt64(number))
    case (_, .integer, 8):
      guard case .integer(let number) = parts[2] else { throw .malformed }
      let generation = try Self.generation(number)
      if kind == UInt8(ascii: "G") { return .granted(generation: generation) }
      return try exceeded(kind, parts)
    default: throw .malformed
    }
  }

  private func exceeded(
    _ kind: UInt8, _ parts: [ServerReply.Element]
  ) throws(ServerFault) -> Verdict {
    guard (UInt8(ascii: "1")...UInt8(ascii: "4")).contains(kind) else { throw .malformed }
    let index = Int(kind - UInt8(ascii: "1"))
    let resource = index % 2 == 0 ? QuotaResource.messages : .recipients
    let period = index < 2 ? QuotaPeriod.hour : .day
    guard case .integer(let used) = parts[3 + index], case .integer(let wait) = parts[7],
      let limit = request.limits.limit(of: resource, per: period).value
    else { throw .malformed }
    return .exceeded(
      resource, period, used: UInt64(clamping: used), limit: limit,
      wait: min(max(wait, -2), Int64(period.windowSeconds)))
  }

  private static func generation(_ number: Int64) throws(ServerFault) -> UInt32 {
    guard let generation = UInt32(exactly: number), generation != RunningAccount.unknown else {
      throw .malformed
    }
    return generation
  }
}

extension QuotaServerAddress {
  /// Where to connect to.
  package var target: ServerConnection.Address {
    switch self {
    case .unix(let path): .unix(path: path)
    case .inet(let address, let port): .inet(address: address, port: port)
    }
  }
}
