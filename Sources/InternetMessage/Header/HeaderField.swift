/// Where one field stands in a header section.
package struct HeaderField: Sendable, Equatable {
  /// Which field it is, if Postern knows it.
  package let known: KnownField?

  /// The whole field with its final LF, if that is present.
  package let range: Range<Int>

  /// The field name, without the colon.
  package let nameRange: Range<Int>

  /// What follows the colon, without the final LF; may hold folding.
  package let bodyRange: Range<Int>

  /// The line of the field name, from 1.
  package let line: Int
}
