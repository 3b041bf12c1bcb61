internal import InternetMessage

/// One parameter of MAIL or RCPT.
///
///     esmtp-param = keyword ["=" value]        ; RFC 5321 §4.1.2, the keyword in any case
private struct Parameter {
  let keyword: String
  let value: [UInt8]?
  let word: [UInt8]

  init(_ word: [UInt8]) {
    let parts = word.split(separator: Octets.equals, maxSplits: 1, omittingEmptySubsequences: false)
    keyword = String(decoding: parts[0].map(Octets.lowercased), as: UTF8.self)
    value = parts.count == 2 ? Array(parts[1]) : nil
    self.word = word
  }
}

/// The parameters of MAIL.
struct MailParameters: Sendable, Equatable {
  private(set) var bodyType: BodyType?
  private(set) var byteCount: UInt64?
  private(set) var returnContent: ReturnContent?
  private(set) var envelopeID: [UInt8]?

  /// Reads `SIZE=` (RFC 1870), `BODY=` (RFC 6152), `SMTPUTF8` (RFC 6531), `RET=` and `ENVID=` (RFC
  /// 3461).
  ///
  /// SMTPUTF8 is dropped: the real sendmail finds out by itself. `AUTH=` (RFC 4954 §5) is taken and
  /// dropped, as Postfix does where nobody can authenticate.
  ///
  /// - Throws: The reply. A parameter that comes twice is malformed: which one counts?
  init(_ words: [[UInt8]]) throws(SMTPReply) {
    for parameter in words.map(Parameter.init) {
      switch parameter.keyword {
      case "size":
        guard byteCount == nil, let value = parameter.value, let size = try Self.size(value) else {
          throw .badParameter("SIZE")
        }
        byteCount = size
      case "body":
        let value = parameter.value?.map(Octets.uppercased)
        guard bodyType == nil, let type = value.flatMap(BodyType.init) else {
          throw .badParameter("BODY")
        }
        bodyType = type
      case "ret":
        guard returnContent == nil, let content = parameter.value.flatMap(ReturnContent.init) else {
          throw .badParameter("RET")
        }
        returnContent = content
      case "envid":
        guard envelopeID == nil, let identifier = parameter.value.flatMap(XText.decoded),
          !identifier.isEmpty, identifier.count <= Invocation.Limits.envelopeIDBytes,
          identifier.allSatisfy({ (0x20...0x7E).contains($0) })
        else { throw .badParameter("ENVID") }
        envelopeID = identifier
      case "smtputf8" where parameter.value == nil: break
      case "auth" where parameter.value?.isEmpty == false: break
      default: throw .unknownParameter(parameter.word)
      }
    }
  }

  /// Reads a size in decimal digits; nil = not a size.
  private static func size(_ value: [UInt8]) throws(SMTPReply) -> UInt64? {
    guard !value.isEmpty, value.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    guard let size = UInt64(String(decoding: value, as: UTF8.self)), size <= UInt64(Int64.max)
    else { throw .sizeUnreachable }
    return size
  }
}

/// The parameters of RCPT.
struct RecipientParameters: Sendable, Equatable {
  private(set) var notify: Notify?

  /// Reads `NOTIFY=` and `ORCPT=` (RFC 3461 §4.1, §4.2).
  ///
  /// sendmail(1) has no option for ORCPT: it is checked and dropped, and reports name the recipient
  /// as it was given.
  ///
  /// - Throws: The reply.
  init(_ words: [[UInt8]]) throws(SMTPReply) {
    var hasOriginal = false
    for parameter in words.map(Parameter.init) {
      switch parameter.keyword {
      case "notify":
        guard notify == nil, let set = parameter.value.flatMap(Notify.init) else {
          throw .badParameter("NOTIFY")
        }
        notify = set
      case "orcpt":
        guard !hasOriginal, let value = parameter.value, Self.isOriginal(value) else {
          throw .badParameter("ORCPT")
        }
        hasOriginal = true
      default: throw .unknownParameter(parameter.word)
      }
    }
  }

  /// Whether a value names an original recipient.
  ///
  ///     original-recipient-address = addr-type ";" xtext        ; RFC 3461 §4.2
  ///     addr-type "utf-8" has its own text                       ; RFC 6533 §3
  private static func isOriginal(_ value: [UInt8]) -> Bool {
    let parts = value.split(
      separator: Octets.semicolon, maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return false }
    guard parts[0].map(Octets.lowercased) != [UInt8]("utf-8".utf8) else {
      return !parts[1].contains(Octets.plus) && !parts[1].contains(Octets.equals)
    }
    return XText.decoded(Array(parts[1])) != nil
  }
}

/// Text in which `+`, `=` and what does not print is written as `+` and two digits.
enum XText {
  /// Decodes it.
  ///
  ///     xtext = *( %d33-126 except "+" and "=" / "+" 2HEXDIG )        ; RFC 3461 §4
  ///
  /// - Returns: The bytes; nil = not xtext.
  static func decoded(_ text: [UInt8]) -> [UInt8]? {
    var bytes: [UInt8] = []
    var index = 0
    while index < text.count {
      let byte = text[index]
      index += 1
      guard (0x21...0x7E).contains(byte), byte != Octets.equals else { return nil }
      guard byte == Octets.plus else {
        bytes.append(byte)
        continue
      }
      guard index + 1 < text.count, let high = Octets.hexDigit(text[index]),
        let low = Octets.hexDigit(text[index + 1])
      else { return nil }
      bytes.append(high << 4 | low)
      index += 2
    }
    return bytes
  }
}
