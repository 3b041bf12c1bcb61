import Synchronization

/// A list that several threads append to.
final class Events: Sendable {
  private let list = Mutex<[String]>([])

  func append(_ event: String) { list.withLock { $0.append(event) } }
  var all: [String] { list.withLock { $0 } }
}
