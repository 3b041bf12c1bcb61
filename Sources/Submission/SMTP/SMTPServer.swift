/// `sendmail -bs`: SMTP with one client, to its end.
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
  ///   - settings: What is to be known about machine and site.
  ///   - refused: Logs that a recipient was put off, once for each transaction.
  ///   - deliver: Reads a message from the connection, as far as it wants, and does what is to be done with it.
  ///     Its reply is sent behind the final dot; not at all if the client has gone before it (`interruption`).
  /// - Returns: How it ended.
  package static func serve<Transport: SMTPTransport & ~Copyable>(
    _ connection: inout SMTPConnection<Transport>, _ settings: SMTPSettings,
    refused: (SMTPTransaction, Refusal) -> Void = { _, _ in },
    deliver: (SMTPTransaction, inout SMTPConnection<Transport>) -> SMTPReply
  ) -> End {
    var dialogue = SMTPDialogue(settings)
    connection.write(settings.greeting)
    while !dialogue.isExhausted, let line = connection.nextLine() {
      switch dialogue.take(line) {
      case .reply(let reply):
        connection.write(reply)
        if let excess = dialogue.takeExcess() {
          refused(excess.transaction, .policy(excess.rejection))
        }
      case .close(let reply):
        connection.write(reply)
        connection.flush()
        return .finished
      case .receive(let transaction):
        connection.write(.startData)
        connection.beginData()
        let reply = deliver(transaction, &connection)
        guard connection.finishData() else { break }
        dialogue.conclude(reply)
        connection.write(reply)
      }
    }
    return takeLeave(of: &connection)
  }

  /// Tells a client in place of the greeting that there is no service, and why.
  ///
  /// - Parameters:
  ///   - connection: The client.
  ///   - refusal: Why not.
  package static func turnAway<Transport: SMTPTransport & ~Copyable>(
    _ connection: inout SMTPConnection<Transport>, _ refusal: Refusal
  ) {
    connection.write(SMTPReply(turningAway: refusal))
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
