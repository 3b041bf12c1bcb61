/// The bounds of everything that is read from a header section or an address.
///
/// Every loop over input in this module ends at one of them.
package enum MessageLimits {
  /// Bytes of one field that is handed over.
  ///
  /// Postfix cuts longer fields without a word, at 102 400 bytes, with a milter at 60 000, and
  /// reads the addresses of what is left (`cleanup_out.c`).
  package static let fieldBytes = 50_000

  /// Bytes of one From:, Sender:, Resent-From: or Resent-Sender: field.
  ///
  /// Mail clients have shorter memories than Postfix, and no honest identity comes near.
  package static let identityFieldBytes = 4_000

  /// Bytes of one line of such a field, its LF not counted.
  ///
  /// Postfix's smtp(8) and lmtp(8) cut longer ones there, between whatever bytes it happens to be
  /// (`smtp_line_length_limit`).
  package static let lineBytes = 998

  /// Bytes of a body whose lines need not be looked at: with its field name, and domains put behind
  /// one or two mailboxes, it is shorter than `lineBytes`.
  package static let shortBodyBytes = 470

  /// Bytes of an address that is written into such a field: it must fit into a line.
  package static let identityAddressBytes = 900

  /// Bytes of a local part that is written into such a field, with any domain behind it.
  ///
  /// What is bounded before it is qualified would not be read again.
  package static let identityLocalPartBytes = identityAddressBytes - 1 - domainBytes

  /// Bytes of one field name: a line of RFC 5322 §2.1.1 holds no more.
  ///
  /// Postfix looks for the colon in the first 2048 bytes of a line only (`is_header.c`).
  package static let fieldNameBytes = 998

  /// Bytes in which Postfix looks for the colon of a field (`line_length_limit`).
  package static let fieldStartBytes = 2_048

  /// Fields of one header section; bounds the memory of their index, about 1 MB.
  package static let fields = 20_000

  /// Mailboxes of one From: field: as many as people write a letter together.
  package static let mailboxes = 50

  /// Comments after one address of an identity field.
  package static let comments = 8

  /// Recipients found in one message or argument.
  package static let recipientsParsed = 100_000

  /// Bytes of one address in its written form: longer envelope records are refused by Postfix
  /// (`line_length_limit`), with exit status 75.
  package static let addressBytes = 2_048

  /// Bytes of a local part without a domain: any domain, in UTF-8 too, can be put behind it within
  /// `addressBytes`.
  package static let bareLocalPartBytes = 1_024

  /// Bytes of one domain name as A-labels, RFC 1035 §2.3.4.
  package static let domainBytes = 253

  /// Bytes of one domain label as an A-label, RFC 1035 §2.3.4.
  package static let labelBytes = 63

  /// Bytes of the charset name of an encoded word; a whole word has 75, RFC 2047 §2.
  package static let charsetBytes = 75
}
