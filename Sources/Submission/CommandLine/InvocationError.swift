/// Why a command line is not understood or not served; both kinds end with exit status 64.
package enum InvocationError: Error, Equatable, Sendable {
  /// Fatal in Postfix's sendmail(1), too (reason code `usage`).
  case usage(UsageFault)
  /// Postfix has it, Postern refuses it (reason code `unsupported-option`).
  ///
  /// The value is the option as one would type it, `-bd`, or the program name `newaliases`,
  /// `smtpd`; it never holds the caller's bytes.
  case unsupportedOption(String)
}

/// What is wrong with a command line.
///
/// Letters are option letters as the caller wrote them; values are the caller's bytes, not yet
/// escaped.
package enum UsageFault: Equatable, Sendable {
  /// A byte after `-` that is not an option letter; `--word` counts as the letter `-`.
  case unknownOption(UInt8)
  /// The last word is an option that needs a value.
  case missingValue(UInt8)
  /// `-B` with anything but `7BIT` or `8BITMIME`.
  case bodyType([UInt8])
  /// `-b` with an unknown first letter, or an empty value.
  case mode([UInt8])
  /// `-X` with anything but `V` and two characters of `-=+`; or the word `-Vxy` with others.
  case extended([UInt8])
  /// `-q` with anything but a time, `R` and a site, `I` and a queue ID.
  case queue([UInt8])
  /// `-t` in a mode that delivers nothing.
  case extractOutsideDelivery
  /// `-qR` or `-qI` in a mode other than delivery; the value is `R` or `I`.
  case queueOutsideDelivery(UInt8)
  /// `-bv` together with the option of this letter: `t`, `N`, `R`, or a single `v`.
  case verifyWith(UInt8)
  /// Words after the options, in a mode that takes none.
  case wordsWithoutDelivery(Invocation.Mode)
  /// `-F` with more than `Invocation.Limits.fullNameBytes`.
  case fullNameTooLong(limit: Int)
  /// VERP needs a sender to make addresses of; Postfix refuses it too.
  case verpWithNullSender
  /// More words than `Invocation.Limits.words`.
  case tooManyWords(limit: Int)
  /// More bytes than `Invocation.Limits.bytes`.
  case tooManyBytes(limit: Int)
}
