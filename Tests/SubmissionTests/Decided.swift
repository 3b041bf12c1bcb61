import Foundation
import InternetMessage
import LinuxSystem
import Policy
import Submission
import Testing

/// What becomes of one message: all of its way but the quota's change and the hand-over itself.
struct Decided {
  let dryRun: DryRun

  /// Lets a message pass as a dry run.
  ///
  /// - Parameters:
  ///   - message: Its bytes.
  ///   - words: The arguments, without argv[0].
  ///   - policy: The rules; the state file and the program are replaced.
  /// - Throws: What the test's own files cost; a refusal is a value.
  init(_ message: [UInt8], _ words: [String], _ policy: SenderPolicy) throws {
    let argv = (["sendmail"] + words).map { [UInt8]($0.utf8) }
    let directory = FileManager.default.temporaryDirectory.appending(
      component: "decided-\(UUID().uuidString)")
    try FileManager.default.createDirectory(
      at: directory, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    defer { try? FileManager.default.removeItem(at: directory) }
    var configuration = policy.configuration
    configuration.quotaFile = [UInt8](directory.appending(component: "quota").path().utf8)
    configuration.sendmailPath = [UInt8]("/usr/bin/true".utf8)
    let rules = SenderPolicy(uid: policy.uid, configuration: configuration, entry: policy.entry)
    do throws(InvocationError) {
      let invocation = try Invocation.parse(argv)
      dryRun = try Self.dryRun(message, invocation, argv, rules)
    } catch {
      dryRun = DryRun(refusing: error, rules)
    }
  }

  private static func dryRun(
    _ message: [UInt8], _ invocation: Invocation, _ argv: [[UInt8]], _ policy: SenderPolicy
  ) throws(InvocationError) -> DryRun {
    do {
      var file = try FileDescriptor.memfd(name: "message")
      try file.writeAll(message)
      try file.seek(to: 0)
      return DryRun(of: &file, invocation, argv: argv, policy)
    } catch {
      throw .unsupportedOption("memfd: \(error)")
    }
  }

  /// `permit`, `audit`, or the reason of the refusal.
  var decision: String {
    dryRun.verdict == .reject
      ? dryRun.refusal?.reason.rawValue ?? "reject" : dryRun.verdict.rawValue
  }

  /// The text of the refusal; empty if there is none.
  var text: String { dryRun.refusal.map { Diagnostics.text(for: $0) } ?? "" }

  /// The header section that is handed over; nil = as it came, or not at all.
  var header: String? { dryRun.header.map { String(decoding: $0, as: UTF8.self) } }

  /// The words of the real program.
  var arguments: [String] {
    dryRun.program?.arguments.map { String(decoding: $0, as: UTF8.self) } ?? []
  }

  /// The value of the first `-f` that is handed over.
  var envelope: String? {
    arguments.firstIndex(of: "-f").map { arguments[$0 + 1] }
  }

  /// The recipients that are handed over.
  var recipients: [String] {
    arguments.firstIndex(of: "--").map { Array(arguments[($0 + 1)...]) } ?? []
  }

  /// The body of a field that is handed over once, unfolded; nil = not once.
  func body(_ known: KnownField) -> String? {
    guard let header = dryRun.header, let section = try? HeaderSection(parsing: header) else {
      return nil
    }
    let fields = section.all(known)
    guard let field = fields.first, fields.count == 1 else { return nil }
    return String(decoding: section.unfoldedBody(of: field), as: UTF8.self)
  }

  /// A user with an entry of senders; nil = none.
  static func policy(
    _ entry: String?, domain: String = "origin.example", isExempt: Bool = false, uid: UInt32 = 1001,
    _ settings: String = ""
  ) throws -> SenderPolicy {
    let text = "default_domain = \(domain)\ntrace_header = no\n\(settings)\n"
    let file = ConfigurationFile.parse([UInt8](text.utf8), file: "postern.cf")
    try #require(file.problems.isEmpty, "\(file.problems)")
    guard let entry else {
      return SenderPolicy(uid: uid, configuration: file.configuration, entry: nil)
    }
    var rules = SenderRules()
    if !entry.isEmpty {
      let parsed = SendersFile.parse([UInt8](("alice " + entry + "\n").utf8), file: "senders")
      try #require(parsed.problems.isEmpty, "\(parsed.problems)")
      rules = try #require(parsed.entries.first).rules
    }
    return SenderPolicy(
      uid: uid, configuration: file.configuration,
      entry: SenderEntry(
        uid: uid, user: [UInt8]("alice".utf8), login: [UInt8]("alice".utf8),
        fullName: [UInt8]("Alice A".utf8), isExempt: isExempt, rules: rules))
  }
}
