import Testing

@testable import Submission

/// The short decision line of an invocation or of its error, as the vector files have it.
enum InvocationRendering {
  static func line(_ argv: [[UInt8]]) -> String {
    do throws(InvocationError) {
      return line(try Invocation.parse(argv))
    } catch {
      return line(error)
    }
  }

  static func line(_ invocation: Invocation) -> String {
    var words = [invocation.mode.rawValue]
    func add(_ condition: Bool, _ word: @autoclosure () -> String) {
      if condition { words.append(word()) }
    }
    add(invocation.extractRecipients, "t")
    add(!invocation.dotEndsInput, "i")
    add(invocation.sender != nil, "f=" + bracketed(invocation.sender ?? []))
    add(invocation.fullName != nil, "F=" + bracketed(invocation.fullName ?? []))
    if let bodyType = invocation.bodyType { words.append("B=" + bodyType.rawValue) }
    if let notify = invocation.notify { words.append("N=" + notify.parameter) }
    if let content = invocation.returnContent { words.append("R=" + content.rawValue) }
    if let envelopeID = invocation.envelopeID { words.append("V=" + bracketed(envelopeID)) }
    switch invocation.verp {
    case nil: break
    case .configuredDelimiters: words.append("XV")
    case .delimiters(let first, let second): words.append("XV=" + text([first, second]))
    }
    add(invocation.verbose > 0, "v=\(invocation.verbose)")
    add(invocation.verifyOnly, "bv")
    add(!invocation.recipients.isEmpty, "--")
    return (words + invocation.recipients.map(bracketed)).joined(separator: " ")
  }

  static func line(_ error: InvocationError) -> String {
    switch error {
    case .unsupportedOption(let option): "unsupported " + option
    case .usage(let fault): "usage " + line(fault)
    }
  }

  private static func line(_ fault: UsageFault) -> String {
    switch fault {
    case .unknownOption(let letter): "unknown " + bracketed([letter])
    case .missingValue(let letter): "no-value -" + text([letter])
    case .bodyType(let value): "-B " + bracketed(value)
    case .mode(let value): "-b " + bracketed(value)
    case .extended(let value): "-X " + bracketed(value)
    case .queue(let value): "-q " + bracketed(value)
    case .extractOutsideDelivery: "-t outside delivery"
    case .queueOutsideDelivery(let letter): "-q\(text([letter])) outside delivery"
    case .verifyWith(let letter): "-bv with -" + text([letter])
    case .wordsWithoutDelivery(let mode): "words with \(mode.option)"
    case .fullNameTooLong(let limit): "-F over \(limit) bytes"
    case .verpWithNullSender: "VERP with the null sender"
    case .tooManyWords(let limit): "more than \(limit) words"
    case .tooManyBytes(let limit): "more than \(limit) bytes"
    }
  }

  /// A word between brackets, every byte visible.
  static func bracketed(_ word: [UInt8]) -> String { "[" + text(word) + "]" }

  private static func text(_ word: [UInt8]) -> String {
    word.map { byte in
      let isPlain = (0x20...0x7E).contains(byte) && !"[]\\".utf8.contains(byte)
      if isPlain { return String(Unicode.Scalar(byte)) }
      let digits = String(byte, radix: 16, uppercase: true)
      return "\\x" + (digits.count == 1 ? "0" : "") + digits
    }.joined()
  }
}

/// One row of a file in Tests/Vectors/options.
struct InvocationVector: Sendable, CustomTestStringConvertible {
  let name: String
  let argv: [[UInt8]]
  let expected: String

  var testDescription: String { name }

  /// Reads `name TAB words TAB expected`; `nil` for a comment, an empty line, or a malformed one.
  ///
  ///     words = [ word *( SP word ) ]
  ///     word  = "[" *( %x20-5A / %x5E-7E / "\x" 2HEXDIG ) "]"
  init?(line: Substring) {
    let columns = line.split(separator: "\t", omittingEmptySubsequences: false)
    guard !line.hasPrefix("#"), columns.count == 3 else { return nil }
    name = String(columns[0])
    expected = String(columns[2])
    var words: [[UInt8]] = []
    for part in columns[1].split(separator: "[", omittingEmptySubsequences: true) {
      guard let end = part.firstIndex(of: "]"),
        let word = Self.bytes(part[..<end])
      else { return nil }
      words.append(word)
    }
    argv = words
  }

  private static func bytes(_ text: Substring) -> [UInt8]? {
    var bytes: [UInt8] = []
    var rest = text[...]
    while let character = rest.first {
      if character == "\\" {
        guard rest.hasPrefix("\\x"), let byte = UInt8(rest.dropFirst(2).prefix(2), radix: 16)
        else { return nil }
        bytes.append(byte)
        rest = rest.dropFirst(4)
      } else {
        bytes += Array(String(character).utf8)
        rest = rest.dropFirst()
      }
    }
    return bytes
  }
}
