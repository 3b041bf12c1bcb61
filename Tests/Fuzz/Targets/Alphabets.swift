import Policy

/// Turns bytes into words that a parser knows, so that the fuzzer soon gets past the first line.
///
/// Printable ASCII, TAB, LF, CR and NUL stand for themselves, so that a vector is a seed as it is; any other byte stands
/// for a word.
private func translated(_ bytes: [UInt8], with words: [[UInt8]]) -> [UInt8] {
  var result: [UInt8] = []
  result.reserveCapacity(bytes.count * 2)
  for byte in bytes {
    switch byte {
    case 0, 0x09, 0x0A, 0x0D, 0x20..<0x7F: result.append(byte)
    default: result += words[Int(byte) % words.count]
    }
  }
  return result
}

/// Words of header sections and addresses.
enum MailAlphabet {
  private static let words: [[UInt8]] =
    [
      "\nFrom: ", "\nSender: ", "\nResent-From: ", "\nResent-Sender: ", "\nTo: ", "\nCc: ",
      "\nBcc: ", "\nResent-To: ", "\nReply-To: ", "\nSubject: ", "\nX-Postern: ", "\nfrom : ",
      "good@ok.example", "<good@ok.example>", "evil@z.example", "<evil@z.example>", "good",
      "@ok.example", "ok.example", "Good Name ", "\"Good, Name\" ", "\"good\"@ok.example",
      "@relay:", "a%b@c", "a!b", " (comment) ", "((", "))", "\\\"", "\\", "\"", "<", ">", "@", ",",
      ";", ":", "[", "]", "[127.0.0.1]", "=?utf-8?q?", "=?utf-8?b?", "=?iso-8859-1?q?", "?=",
      "=40", "=3C", "=0A", "=00", "ZXZpbEB6", "_", "\n ", "\n\t", "\r", "\r\n", "\n\n", "\n.\n",
      "\u{1B}", "ä", "ü@bücher.example", "＠", "\u{202E}", "\u{200B}", "\u{FEFF}", "undisclosed: ;",
    ].map { Array($0.utf8) } + [[0x80], [0xE4], [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0x7F]]

  /// Returns the text that an input stands for.
  static func mapped(_ bytes: [UInt8]) -> [UInt8] { translated(bytes, with: words) }
}

/// Words of command lines; NUL is between two arguments.
enum OptionAlphabet {
  private static let words: [[UInt8]] = [
    "\0-f", "\0-r", "\0-F", "\0-t", "\0-i", "\0-oi", "\0-bs", "\0-bm", "\0-bv", "\0-bp", "\0-bd",
    "\0-v", "\0-N", "\0-R", "\0-V", "\0-XV", "\0-X", "\0-O", "\0-C", "\0-q", "\0-qR", "\0-qI",
    "\0-B", "\0--", "\0-", "\0", "\0-oA", "\0-G", "\0-n", "\0-I", "\0-h", "\0-L", "\0-ti", "\0-itf",
    "8BITMIME", "7BIT", "success,delay", "never", "full", "hdrs", "+=", "good@ok.example",
    "--quota-status", "mailq", "newaliases", "sendmail", "/usr/sbin/", "30m", "<>", " ",
  ].map { Array($0.utf8) }

  /// Returns the text that an input stands for.
  static func mapped(_ bytes: [UInt8]) -> [UInt8] { translated(bytes, with: words) }
}

/// Words of SMTP sessions.
enum SMTPAlphabet {
  private static let words: [[UInt8]] = [
    "EHLO x\r\n", "HELO x\r\n", "MAIL FROM:", "RCPT TO:", "DATA\r\n", "RSET\r\n", "NOOP\r\n",
    "QUIT\r\n", "VRFY x\r\n", "<good@ok.example>", "<>", "<\"a b\"@ok.example>", "<a@b,c@d>",
    "\r\n", "\n", "\r", "\r\n.\r\n", "\n.\n", "\n.\r\n", "\r.\r", ".", "..", "\r\n..",
    " SIZE=", " BODY=8BITMIME", " RET=FULL", " ENVID=a", " NOTIFY=NEVER", " NOTIFY=SUCCESS,DELAY",
    " ORCPT=rfc822;a", " SMTPUTF8", "+20", "=", "+", "9999999999999999999", "ü", "\"", "\\", "<",
    ">",
    "From: good@ok.example\r\n", "MAIL FROM:<good@ok.example>\r\n", "RCPT TO:<r@x.example>\r\n",
    "GET / HTTP/1.1\r\n", "STARTTLS\r\n", "BDAT 5\r\n", "AUTH PLAIN\r\n", "XCLIENT\r\n", "@",
  ].map { Array($0.utf8) }

  /// Returns the text that an input stands for.
  static func mapped(_ bytes: [UInt8]) -> [UInt8] { translated(bytes, with: words) }
}

/// Words of postern.cf.
enum ConfigurationAlphabet {
  private static let words: [[UInt8]] =
    Setting.parameters.map { Array("\n\($0.name) = ".utf8) }
    + [
      "\n", "\n ", "\n\t", "\n# ", "\r\n", " = ", "=", " ", ",", "+", "-", "/", "..", "$", "\"",
      "#", "0", "1", "100", "007", "18446744073709551616", "4294967296", "K", "M", "25M", "256k",
      "G", "unlimited", "off", "yes", "no", "reject", "login", "rewrite", "enforce", "audit",
      "exec", "supervise", "mail", "local0", "root", "uid:0", "uid:1001", "user", "alice",
      "/usr/sbin/sendmail", "/var/lib/postern/quota", "ok.example", "bücher.example", "hash:",
      "good@ok.example", "a@b@c", "sendmail_pat",
    ].map { Array($0.utf8) } + [[0x80], [0xFF], [0x0B]]

  /// Returns the text that an input stands for.
  static func mapped(_ bytes: [UInt8]) -> [UInt8] { translated(bytes, with: words) }
}

/// Words of senders.
enum SendersAlphabet {
  private static let words: [[UInt8]] =
    Setting.options.map { Array(" \($0.name)=".utf8) }
    + [
      "\nalice ", "\nbob ", "\nuid:1001 ", "\nuid:0", "\nuid:4294967296 ", "\nuid:", "\n", "\n ",
      "\n\t", "\n# ", "\r\n", " ", ",", "=", "\"", "@", ".", "*", " * ", "<>", " <> ", "<", ">",
      "+", "%", "!", "\\", "good@ok.example", "Good@OK.example", "a=b@ok.example", "@ok.example",
      "@.ok.example", "ü@bücher.example", "@xn--bcher-kva.example", "[127.0.0.1]", " default=",
      " suspended=", " Default=", " MODE=", "mOde", "quota=", "mailboxes:", " mailboxes:ok.example",
      "why not", "unlimited", "0", "1", "500", "18446744073709551616", "K", "25M", "G", "enforce",
      "audit", "reject", "rewrite", "login",
    ].map { Array($0.utf8) } + [[0x80], [0xFF], [0xE2, 0x80, 0x8B]]

  /// Returns the text that an input stands for.
  static func mapped(_ bytes: [UInt8]) -> [UInt8] { translated(bytes, with: words) }
}
