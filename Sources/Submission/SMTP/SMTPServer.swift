/// SMTP with one client, to its end: `sendmail -bs`, and the SMTP door.
package enum SMTPServer {
  /// How a session ended.
  package enum End: Sendable, Equatable {
    /// The client took its leave, or was sent away because it speaks no SMTP.
    case finished
    /// The client made too many errors.
    case tooManyErrors
    case interrupted(SMTPInterruption)
  }

  /// Serves a client until it takes its leave, goes away or is sent away.
  ///
  /// - Parameters:
  ///   - connection: The client.
  ///   - settings: What is to be known about the machine and the user.
  ///   - refused: Logs that a recipient was put off, once for each transaction.
  ///   - deliver: Reads a message from the connection, as far as it wants, and does what is to be
  ///     done with it. Its reply is sent after the final dot, or not at all if the client went away
  ///     before it (`interruption`).
  /// - Returns: How it ended.
  package static func serve<Transport: SMTPTransport & ~Copyable>(
    _ connection: inout SMTPConnection<Transport>, _ settings: SMTPSettings,
    refused: (SMTPEnvelope, Refusal) -> Void = { _, _ in },
    deliver: (SMTPEnvelope, inout SMTPConnection<Transport>) -> SMTPReply
  ) -> End {
    var session = SMTPSession(settings)
    connection.write(settings.greeting)
    while !session.isExhausted, let line = connection.nextLine() {
      switch session.take(line) {
      case .reply(let reply):
        connection.write(reply)
        if let excess = session.takeExcess() {
          refused(excess.envelope, .policy(excess.rejection))
        }
      case .close(let reply):
        connection.write(reply)
        connection.flush()
        return .finished
      case .receive(let envelope):
        connection.write(.startData)
        connection.beginData()
        let reply = deliver(envelope, &connection)
        guard connection.finishData() else { break }
        session.conclude(reply)
        connection.write(reply)
        guard !reply.isLast else {
          connection.flush()
          return .finished
        }
        if !reply.isError { connection.noteProgress() }
      }
    }
    return takeLeave(of: &connection)
  }

  /// Sends a refusal to a client in place of the greeting.
  ///
  /// - Parameters:
  ///   - connection: The client.
  ///   - refusal: Why not.
  package static func turnAway<Transport: SMTPTransport & ~Copyable>(
    _ connection: inout SMTPConnection<Transport>, _ refusal: Refusal
  ) {
    turnAway(&connection, SMTPReply(turningAway: refusal))
  }

  /// Sends a reply to a client in place of the greeting.
  static func turnAway<Transport: SMTPTransport & ~Copyable>(
    _ connection: inout SMTPConnection<Transport>, _ reply: SMTPReply
  ) {
    connection.write(reply)
    connection.flush()
  }

  private static func takeLeave<Transport: SMTPTransport & ~Copyable>(
    of connection: inout SMTPConnection<Transport>
  ) -> End {
    let interruption = connection.interruption
    switch interruption {
    case nil: connection.write(.tooManyErrors)
    case .timedOut: connection.write(.timedOut)
    case .flooded: connection.write(.flooded)
    case .lost: break
    }
    connection.flush()
    return interruption.map { .interrupted($0) } ?? .tooManyErrors
  }
}
