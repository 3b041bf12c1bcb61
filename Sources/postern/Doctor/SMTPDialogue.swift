internal import LinuxSystem

/// What a server of this machine answers to a site that wants to send mail abroad.
///
/// Nothing is sent.
enum SMTPDialogue {
  /// How the attempt ended.
  enum Outcome: Equatable {
    /// Nobody listens, or a firewall ends the connection.
    case closed
    /// The server refuses the recipient, or the sender, or to talk.
    case refused(String)
    /// Postern's own door has let this site in, and judges what comes through it.
    case served(String)
    /// The server would take the mail.
    case accepted(String)
    /// The server speaks, but wants TLS, or something is out of order for now.
    case undecided(String)
  }

  /// Reserved by RFC 2606: an address abroad that is nobody's.
  static let recipient = "postmaster@example.com"
  private static let milliseconds: Int32 = 5_000
  /// The longest reply that is read: RFC 5321 §4.5.3.1.5 allows 512 bytes a line, EHLO has some
  /// twenty lines.
  private static let replyBytes = 16_384

  /// Tries a server as a user.
  ///
  /// - Parameters:
  ///   - address: The server, in numbers.
  ///   - port: Its port.
  ///   - user: The account of a site.
  ///   - sender: An address that the site may use; empty = the null sender.
  ///   - door: Postern's program for SMTP.
  /// - Returns: How it ended.
  static func attempt(
    _ address: String, _ port: UInt16, user: Account, sender: String, door: OtherEnd
  ) -> Outcome {
    let connection: Connection
    do {
      connection = try Connection.open(
        to: address, port: port, userID: user.userID, groupID: user.groupID,
        milliseconds: milliseconds)
    } catch {
      return .closed
    }
    // A server that speaks TLS from the first byte waits for us: no greeting comes.
    guard let greeting = try? reply(connection) else {
      return .undecided("no greeting within \(milliseconds / 1_000) s (TLS from the start?)")
    }
    guard greeting.code == 220 else { return verdict(of: greeting, accepting: false) }
    // Anybody can greet as Postern: what counts is which program has the other end.
    if let port = try? connection.ownPort(), door.isConnected(to: port) {
      return .served(greeting.text)
    }
    do throws(Errno) {
      let outcome = try converse(connection, sender)
      try connection.write(Array("QUIT\r\n".utf8))
      return outcome
    } catch {
      return .undecided("\(error.call): \(error.text)")
    }
  }

  /// A connection that may be one of many.
  private final class Held {
    let place: ListeningSockets.Place
    let connection: Connection
    init(_ place: ListeningSockets.Place, _ connection: consuming Connection) {
      self.place = place
      self.connection = connection
    }
  }

  /// Finds the mail servers among sockets that no configuration names: who greets as one.
  ///
  /// All are waited for at once: a server of another kind may say nothing for ever.
  ///
  /// - Parameters:
  ///   - places: The sockets.
  ///   - user: The account of a site.
  /// - Returns: Those that greet with 220 and the word SMTP.
  static func greeters(
    among places: [ListeningSockets.Place], user: Account
  ) -> [ListeningSockets.Place] {
    let connections = places.compactMap { place in
      do throws(Errno) {
        let connection = try Connection.open(
          to: place.address, port: place.port, userID: user.userID, groupID: user.groupID,
          milliseconds: milliseconds)
        return Held(place, connection)
      } catch {
        return nil
      }
    }
    let end = Clock.monotonicMilliseconds() + UInt64(milliseconds)
    return connections.compactMap { held in
      let now = Clock.monotonicMilliseconds()
      let rest = Int32(clamping: end > now ? end - now : 1)
      let bytes = (try? held.connection.read(upTo: 512, milliseconds: rest)) ?? []
      let greeting = String(decoding: bytes, as: UTF8.self)
      let isMail = greeting.hasPrefix("220") && greeting.uppercased().contains("SMTP")
      return isMail ? held.place : nil
    }
  }

  private static func converse(
    _ connection: borrowing Connection, _ sender: String
  ) throws(Errno) -> Outcome {
    let commands = ["EHLO localhost", "MAIL FROM:<\(sender)>", "RCPT TO:<\(recipient)>"]
    var last = Reply(code: 0, text: "")
    for (position, command) in commands.enumerated() {
      try connection.write(Array("\(command)\r\n".utf8))
      guard let answer = try reply(connection) else { return .undecided("the server hung up") }
      last = answer
      if answer.code / 100 != 2 { return verdict(of: answer, accepting: false) }
      if position == commands.count - 1 { try connection.write(Array("RSET\r\n".utf8)) }
    }
    return verdict(of: last, accepting: true)
  }

  /// A reply of the server.
  struct Reply: Equatable {
    let code: Int
    /// Its last line.
    let text: String
  }

  /// Reads a reply.
  ///
  ///     reply = *( 3DIGIT "-" text CRLF ) 3DIGIT [ SP text ] CRLF     ; RFC 5321 §4.2
  ///
  /// - Returns: The reply; nil while it is not complete.
  static func parse(_ bytes: [UInt8]) -> Reply? {
    guard bytes.last == UInt8(ascii: "\n") else { return nil }
    let text = String(decoding: bytes, as: UTF8.self)
    guard let line = Machine.lines(text).last(where: { !$0.isEmpty }),
      let code = Int(line.utf8.prefix(3).map { String(UnicodeScalar($0)) }.joined()),
      line.utf8.dropFirst(3).first != UInt8(ascii: "-")
    else { return nil }
    return Reply(code: code, text: line)
  }

  private static func reply(_ connection: borrowing Connection) throws(Errno) -> Reply? {
    var bytes: [UInt8] = []
    while bytes.count < replyBytes {
      let more = try connection.read(upTo: 1_024)
      if more.isEmpty { return nil }
      bytes += more
      if let reply = parse(bytes) { return reply }
    }
    return nil
  }

  /// Tells what a reply means.
  ///
  /// Only a refusal by policy (x.7.x, RFC 3463 §3.8) tells that the door is shut; that example.com
  /// takes no mail, or that TLS must come first, tells nothing about other mail.
  static func verdict(of reply: Reply, accepting: Bool) -> Outcome {
    if accepting { return .accepted(reply.text) }
    // RFC 3207 §4: 530 is "Must issue a STARTTLS command first", but also "Authentication required"
    // (RFC 4954 §6).
    if reply.text.uppercased().contains("STARTTLS") { return .undecided(reply.text) }
    let status = reply.text.split(separator: " ").dropFirst().first ?? ""
    let isPolicy = status.hasPrefix("5.7.") || status.hasPrefix("4.7.")
    return isPolicy || reply.code == 554 || reply.code == 530
      ? .refused(reply.text) : .undecided(reply.text)
  }
}
