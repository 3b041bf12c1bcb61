import InternetMessage
@testable import Policy

/// senders.db: the input is damage done to a good one, and the inside of an entry whose checksum fits.
func fuzzSenderIndex(_ bytes: [UInt8]) {
  fuzzEntry(bytes)
  let whole = SenderIndexHeader.sample
  for uid: UInt32 in [1001, 1002, 7] {
    let before = lookUp(uid, in: whole)
    if let found = lookUp(uid, in: bytes) {
      require(found == before, "a file that is none grants nothing")
    }
    for damaged in damages(of: whole, bytes) {
      switch lookUpStatus(uid, in: damaged) {
      case .failure: break
      case .success(let entry): require(entry == before, "damage grants and takes nothing")
      }
    }
  }
}

/// One byte changed, a sector lost, the end lost, something put behind it.
private func damages(of whole: [UInt8], _ bytes: [UInt8]) -> [[UInt8]] {
  guard bytes.count >= 4 else { return [] }
  let place = (Int(bytes[0]) << 8 | Int(bytes[1])) % whole.count
  var changed = whole
  changed[place] ^= bytes[2]
  var torn = whole
  for index in (place / 512 * 512)..<min(whole.count, place / 512 * 512 + 512) { torn[index] = 0 }
  return [changed, torn, Array(whole[..<place]), whole + bytes]
}

/// Whatever an entry with a fitting checksum says can be read, written and judged by.
private func fuzzEntry(_ bytes: [UInt8]) {
  var body = bytes
  LittleEndian.append(Checksum.fnv1a(bytes), to: &body)
  guard bytes.count >= 4 else { return }
  let uid = LittleEndian.uint32(bytes, at: 0)
  guard let entry = try? SenderEntryCoding.decode(body, uid: uid) else { return }
  var written: [UInt8] = []
  SenderEntryCoding.append(entry, to: &written)
  let again = try? SenderEntryCoding.decode(written, uid: uid)
  require(again == entry, "an entry is what it is written as")
  let address = AddrSpec(localPart: Array("a".utf8), domain: Array("b".utf8))
  _ = entry.permits(address, delimiter: [0x2B])
}

private func lookUpStatus(_ uid: UInt32, in file: [UInt8]) -> Result<SenderEntry?, any Error> {
  Result {
    let index = try SenderIndex.open(size: UInt64(file.count)) { offset, count in
      bytes(of: file, offset, count)
    }
    return try index.entry(for: uid) { offset, count in bytes(of: file, offset, count) }
  }
}

private func lookUp(_ uid: UInt32, in file: [UInt8]) -> SenderEntry? {
  try? lookUpStatus(uid, in: file).get()
}

extension SenderIndexHeader {
  /// A good map with two entries.
  fileprivate static let sample: [UInt8] = {
    let text = "alice good@ok.example @shop.example messages_per_hour=5\nuid:1002 * <>\n"
    let (entries, _) = SendersFile.parse(Array(text.utf8), file: "senders")
    var configuration = Configuration()
    configuration.exemptUsers = []
    var builder = SenderIndexBuilder(
      file: ConfigurationFile(name: "postern.cf", configuration: configuration),
      postfix: PostfixFacts(origin: Array("ok.example".utf8))
    ) { site in
      ResolvedAccount(uid: site == .uid(1002) ? 1002 : 1001, login: site.written)
    }
    builder.add(entries, file: "senders")
    return builder.build(from: sourceOfMap, file: "senders") ?? []
  }()
}
