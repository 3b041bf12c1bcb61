import Glibc
@testable import InternetMessage

/// Decodes names, and puts From: bodies into canonical form: for Tests/Charsets/compare and Tests/Fuzz/readers/names.py.
///
///     request = "decode" SP charset SP bytes LF / "repair" SP body LF        ; bytes and body in hexadecimal
///     reply   = ("whole" / "part") SP UTF-8 LF / "unknown" LF
///             / "repaired" SP body SP name SP address *("," address) LF / "refused" SP reason LF
///
/// The addresses of a reply are the mailbox and the others, in hexadecimal.
func serveNames() {
  while let line = readLine() {
    let words = line.split(separator: " ", omittingEmptySubsequences: false)
    switch words[0] {
    case "decode": print(decoded(bytes(hexadecimal: words[2]), in: Array(words[1].utf8)))
    default: print(repaired(bytes(hexadecimal: words[1])))
    }
    // Somebody waits for it at the other end of a pipe.
    fflush(nil)
  }
}

private func decoded(_ content: [UInt8], in name: [UInt8]) -> String {
  guard let charset = Charset(named: name[...]) else { return "unknown" }
  var text: [UInt8] = []
  let isWhole = charset.append(content, to: &text)
  return (isWhole ? "whole " : "part ") + hexadecimal(text)
}

private func repaired(_ body: [UInt8]) -> String {
  do throws(MessageError) {
    let identity = try CanonicalIdentity(reading: body, field: .from)
    let written = identity.body(qualifiedWith: Array("o.example".utf8))
    let addresses = [identity.mailbox] + identity.otherAddresses
    return "repaired \(hexadecimal(written)) \(hexadecimal(identity.name)) "
      + addresses.map { hexadecimal($0.written) }.joined(separator: ",")
  } catch {
    return "refused \(error)"
  }
}
