internal import LinuxSystem
internal import Submission

/// An account without rights, which stands for all users without an entry.
enum AnyUser {
  static let account = Account(
    name: Array("nobody".utf8), userID: 65_534, groupID: 65_534, fullName: [])

  /// A user as texts name it: "mail from nobody" would be read as its opposite.
  static func shown(_ name: [UInt8]) -> String {
    name == account.name ? "any local user" : Diagnostics.shown(name)
  }
}
