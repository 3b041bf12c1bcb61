internal import Glibc

/// An account of this machine.
package struct Account: Equatable, Sendable {
  /// The login name.
  package let name: [UInt8]
  /// The user ID.
  package let userID: UInt32
  /// The ID of its main group.
  package let groupID: UInt32
  /// The person's name, as Postfix takes it from the GECOS field (global/fullname.c).
  package let fullName: [UInt8]
  /// The home directory; empty where nobody asked.
  package let home: [UInt8]

  /// Creates an account.
  package init(
    name: [UInt8], userID: UInt32, groupID: UInt32, fullName: [UInt8], home: [UInt8] = []
  ) {
    self.name = name
    self.userID = userID
    self.groupID = groupID
    self.fullName = fullName
    self.home = home
  }

  /// Returns the name in a GECOS field: what is before the first `,` `;` or `%`, with `&` standing
  /// for the login name in capitals at its beginning.
  ///
  /// - Parameters:
  ///   - gecos: The fifth column of passwd(5).
  ///   - login: The login name.
  /// - Returns: The name; empty if there is none.
  package static func fullName(gecos: [UInt8], login: [UInt8]) -> [UInt8] {
    var name: [UInt8] = []
    for byte in gecos {
      switch byte {
      case UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "%"):
        return name
      case UInt8(ascii: "&"):
        guard let first = login.first else { continue }
        name.append((UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first) ? first - 32 : first)
        name += login.dropFirst()
      default:
        name.append(byte)
      }
    }
    return name
  }
}

/// The accounts of this machine, for root's tool only.
///
/// Name services load shared libraries and talk to daemons: the set-uid program, which is linked
/// statically, must reach none of this. What it needs was put into senders.db by the tool.
package enum UserDatabase {
  /// The largest entry that is read, in bytes.
  private static let entryBytes = 1 << 20

  /// Returns the account of a login name; nil = none.
  ///
  /// - Throws: `Errno` if the answer is not known.
  ///
  /// The corresponding C function is `getpwnam_r`.
  package static func account(named name: [UInt8]) throws(Errno) -> Account? {
    try unsafe withCString(name, for: "getpwnam_r") { (pointer) throws(Errno) in
      try unsafe lookUp("getpwnam_r") { entry, buffer, size, result in
        // SAFETY: a C string and the storage that `lookUp` provides.
        unsafe getpwnam_r(pointer, entry, buffer, size, result)
      }
    }
  }

  /// Returns the first account that has a user ID; nil = none.
  ///
  /// - Throws: `Errno` if the answer is not known.
  ///
  /// The corresponding C function is `getpwuid_r`.
  package static func account(userID: UInt32) throws(Errno) -> Account? {
    try unsafe lookUp("getpwuid_r") { entry, buffer, size, result in
      // SAFETY: the storage that `lookUp` provides.
      unsafe getpwuid_r(userID, entry, buffer, size, result)
    }
  }

  /// Returns all accounts that the name services list.
  ///
  /// Not to be called by two threads at once.
  ///
  /// - Throws: `Errno` if reading ended early.
  ///
  /// The corresponding C functions are `setpwent`, `getpwent` and `endpwent`.
  package static func all() throws(Errno) -> [Account] {
    setpwent()
    defer { endpwent() }
    var accounts: [Account] = []
    while true {
      errno = 0
      // SAFETY: the entry is copied before the next call overwrites it.
      guard let entry = unsafe getpwent() else { break }
      unsafe accounts.append(account(from: entry.pointee))
    }
    // A service that lists nothing says ENOENT at its end.
    guard errno == 0 || errno == ENOENT else { throw Errno(number: errno, call: "getpwent") }
    return accounts
  }

  private typealias Lookup = (
    UnsafeMutablePointer<passwd>, UnsafeMutablePointer<CChar>, Int,
    UnsafeMutablePointer<UnsafeMutablePointer<passwd>?>
  ) -> Int32

  /// Calls one of the look-up functions with storage that grows until the entry fits.
  private static func lookUp(_ call: StaticString, _ body: Lookup) throws(Errno) -> Account? {
    var size = 4_096
    while true {
      var storage = [CChar](repeating: 0, count: size)
      // SAFETY: the entry points into `storage`, and is copied while that is alive.
      let (error, account) = unsafe storage.withUnsafeMutableBufferPointer { buffer in
        guard let base = buffer.baseAddress else { return (EFAULT, Account?.none) }
        var entry = unsafe passwd()
        var result: UnsafeMutablePointer<passwd>?
        let error = unsafe body(&entry, base, buffer.count, &result)
        let found = unsafe result != nil
        return (error, found ? unsafe self.account(from: entry) : nil)
      }
      switch error {
      // What getpwnam_r(3) lists as "not found" in other words.
      case 0, ENOENT, ESRCH: return account
      case EINTR: continue
      case ERANGE where size < entryBytes: size *= 4
      default: throw Errno(number: error, call: call.description)
      }
    }
  }

  private static func account(from entry: passwd) -> Account {
    // SAFETY: the fields of a filled entry are C strings.
    let name = unsafe bytes(ofCString: entry.pw_name)
    let gecos = unsafe bytes(ofCString: entry.pw_gecos)
    return unsafe Account(
      name: name, userID: entry.pw_uid, groupID: entry.pw_gid,
      fullName: Account.fullName(gecos: gecos, login: name),
      home: bytes(ofCString: entry.pw_dir))
  }
}
