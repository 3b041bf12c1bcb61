import InternetMessage
import Policy

/// postern.cf.
func fuzzConfiguration(_ bytes: [UInt8]) {
  let file = ConfigurationFile.parse(bytes, file: "postern.cf")
  let (configuration, problems) = (file.configuration, file.problems)
  let lineCount = bytes.count { $0 == 0x0A } + 1
  for problem in problems {
    require(problem.line <= lineCount, "line \(problem.line) is there")
  }
  guard problems.isEmpty else { return }
  let again = ConfigurationFile.parse(bytes + Array("\n# nothing\n".utf8), file: "postern.cf")
  require(
    again.problems.isEmpty && again.configuration == configuration, "a comment changes nothing")
  requireStored(configuration)
  requireEditable(bytes, configuration)
  require(configuration.sendmailPath.first == 0x2F, "the program's path is absolute")
  require(configuration.quotaFile.first == 0x2F, "the state file's path is absolute")
  if let domain = configuration.defaultDomain {
    require(DomainName.canonical(domain) == domain, "the default domain is canonical")
  }
}

/// The settings in force are those of the file.
private func requireStored(_ configuration: Configuration) {
  var builder = SenderIndexBuilder(
    file: ConfigurationFile(name: "postern.cf", configuration: configuration),
    postfix: PostfixFacts(origin: Array("ok.example".utf8)), resolve: { _ in nil })
  let map = builder.build(from: sourceOfMap, file: "senders")
  guard let map else { return }
  let index = try? SenderIndex.open(size: UInt64(map.count)) { offset, count in
    bytes(of: map, offset, count)
  }
  var wanted = configuration
  wanted.defaultDomain = wanted.defaultDomain ?? Array("ok.example".utf8)
  require(index?.configuration == wanted, "every setting is stored")
}

/// Setting one name to what it says already changes nothing, and unsetting it leaves the rest.
private func requireEditable(_ bytes: [UInt8], _ configuration: Configuration) {
  for setting in Setting.parameters {
    var edit = ConfigurationEdit(bytes)
    edit.set(setting.name, to: setting.text(in: configuration))
    let file = ConfigurationFile.parse(edit.text, file: "postern.cf")
    require(
      file.problems.isEmpty && file.configuration == configuration,
      "\(setting.name) can be set to what it is")
    edit.unset(setting.name)
    let rest = ConfigurationFile.parse(edit.text, file: "postern.cf")
    require(rest.problems.isEmpty, "\(setting.name) can be unset")
    require(rest.line(of: setting.name) == nil, "\(setting.name) is not set any more")
  }
}

/// What a map is said to be built from.
let sourceOfMap = SenderIndexHeader.Source(
  builtAt: 1, senders: FileStamp(bytes: 2, modified: 3), settings: FileStamp(bytes: 4, modified: 5))

/// senders, and the map that is compiled from it.
func fuzzSenders(_ bytes: [UInt8]) {
  var (entries, problems) = SendersFile.parse(bytes, file: "senders")
  let lineCount = bytes.count { $0 == 0x0A } + 1
  for problem in problems { require(problem.line <= lineCount, "line \(problem.line) is there") }
  guard problems.isEmpty else { return }
  for entry in entries { requireReadable(entry) }
  guard expandMailboxes(of: &entries) else { return }
  var configuration = Configuration()
  configuration.exemptUsers = []
  var builder = SenderIndexBuilder(
    file: ConfigurationFile(name: "postern.cf", configuration: configuration),
    postfix: PostfixFacts(origin: Array("ok.example".utf8))
  ) { site in
    // Names are numbers here: what they resolve to is the machine's business.
    switch site {
    case .uid(let uid): ResolvedAccount(uid: uid, login: [])
    case .login(let name):
      ResolvedAccount(
        uid: UInt32(truncatingIfNeeded: Checksum.fnv1a(name)) >> 1, login: name)
    }
  }
  builder.add(entries, file: "senders")
  let map = builder.build(from: sourceOfMap, file: "senders")
  guard let map else { return }
  requireSame(entries, map)
}

/// Does what `postern map build` does before: `mailboxes:DOMAIN` becomes the addresses that exist there.
private func expandMailboxes(of entries: inout [UnresolvedEntry]) -> Bool {
  var mailboxes = MailboxDirectory(localDomains: [])
  mailboxes.add(listing: Array("good@ok.example\ninfo@ok.example\n".utf8))
  var faults: [FileFault] = []
  for index in entries.indices {
    mailboxes.expand(&entries[index], &faults)
    // The map has the addresses alone.
    entries[index].rules.mailboxDomains = []
  }
  return !faults.contains(.tooManyPatterns(limit: SendersFile.maximumPatterns))
}

/// The patterns of an entry, written down and read again, are the same.
private func requireReadable(_ entry: UnresolvedEntry) {
  let line =
    entry.site.written + Array(" ".utf8)
    + Array(entry.rules.patterns.map(\.written).joined(separator: Array(" ".utf8)))
  guard !entry.rules.patterns.isEmpty else { return }
  let (again, problems) = SendersFile.parse(line, file: "senders")
  require(
    problems.isEmpty && again.first?.rules.patterns == entry.rules.patterns,
    "patterns are what they are written as: \(shown(line)): \(problems)")
}

/// What the compiled map grants is what the file says.
private func requireSame(_ entries: [UnresolvedEntry], _ map: [UInt8]) {
  do {
    let index = try SenderIndex.open(size: UInt64(map.count)) { offset, count in
      bytes(of: map, offset, count)
    }
    let all = try index.allEntries { offset, count in bytes(of: map, offset, count) }
    require(all.count == entries.count, "every entry is in the map")
    for entry in all {
      let found = try index.entry(for: entry.uid) { offset, count in bytes(of: map, offset, count) }
      require(found == entry, "a look-up finds the entry")
      let source = entries.first { $0.site.written == entry.user }
      require(source?.rules == entry.rules, "the entry grants what the file says")
    }
  } catch {
    require(false, "the map can be read: \(error)")
  }
}

/// Bytes of a file as pread(2) gives them.
func bytes(of file: [UInt8], _ offset: UInt64, _ count: Int) -> [UInt8] {
  guard offset < UInt64(file.count) else { return [] }
  return Array(file[Int(offset)...].prefix(count))
}
