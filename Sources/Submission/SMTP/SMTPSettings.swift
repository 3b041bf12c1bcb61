/// What a session needs to know about the machine and the site.
package struct SMTPSettings: Sendable {
  /// The name of the machine.
  package let host: String
  /// The site as texts name it.
  package let user: [UInt8]
  /// The largest message, in bytes as it is read.
  package let messageBytes: UInt64
  /// `recipients_per_message`; nil if nobody counts.
  package let recipientLimit: UInt32?

  /// Lays down what a session needs to know.
  ///
  /// - Parameters:
  ///   - hostName: The name of the machine; `localhost` stands in for none.
  ///   - user: The site as texts name it.
  ///   - messageBytes: The largest message.
  ///   - recipientLimit: The most recipients of a message; nil for exempt users and in `mode = audit`.
  package init(
    hostName: [UInt8], user: [UInt8], messageBytes: UInt64, recipientLimit: UInt32?
  ) {
    host = hostName.isEmpty ? "localhost" : Diagnostics.shown(hostName, limit: 255)
    self.user = user
    self.messageBytes = messageBytes
    self.recipientLimit = recipientLimit
  }
}
