internal import LinuxSystem

/// Who is at the other end of a connection: the user who has made the client's socket.
///
/// A socket that is handed to a process of another user stays its maker's, as does what is said
/// through a daemon that connects for others.
struct SMTPClient: Sendable {
  /// The user.
  var uid: UInt32 { socket.userID }

  private let conversation: TCPConversation
  private let socket: PeerSocket

  /// Asks the kernel whose the connection on standard input is.
  ///
  /// - Throws: `Refusal.connection` if nobody's: in doubt it is.
  init() throws(Refusal) {
    do throws(Errno) { conversation = try TCPConversation(of: .standardInput) } catch {
      throw .system(error)
    }
    socket = try Self.look(conversation)
  }

  /// Looks once more, before a message is read, whether it is still the same socket.
  ///
  /// - Returns: What speaks against it; nil = nothing.
  func objection() -> Refusal? {
    do throws(Refusal) {
      let now = try Self.look(conversation)
      return now.isSame(as: socket)
        ? nil : .connection(.ownerChanged(client: conversation.client.text))
    } catch {
      return error
    }
  }

  /// Finds the client's socket, and makes sure that it is at the other end of this connection.
  ///
  /// The kernel has one connection for these four numbers. This side is looked at after the
  /// client's: if it is still open, no other socket can have taken the numbers in between. Beneath
  /// a packet filter that redirects connections there can be two, where it had to give one of them
  /// another port than the client's own: `Install/nftables` resets that one, and besides each side
  /// must have received what the other one has sent.
  private static func look(_ conversation: TCPConversation) throws(Refusal) -> PeerSocket {
    let found: PeerSocket?
    let own: TCPState
    do throws(Errno) {
      let before = try TCPState(of: .standardInput)
      found = try PeerSocket.find(conversation)
      own = try TCPState(of: .standardInput)
      guard let found, found.isOtherEnd(of: before, own) else { throw .notOpen }
      return found
    } catch {
      throw .connection(.noOwner(client: conversation.client.text))
    }
  }
}
