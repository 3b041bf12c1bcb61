internal import InternetMessage

/// How two header sections differ, field by field.
struct HeaderChanges: Equatable {
  /// Whole fields, unfolded, that are not handed over as they stood.
  private(set) var removed: [[UInt8]] = []
  /// Whole fields, unfolded, that are handed over instead or besides.
  private(set) var added: [[UInt8]] = []

  /// Compares what was read with what is handed over.
  ///
  /// - Parameters:
  ///   - before: The section as it was read.
  ///   - header: The bytes that are handed over; nil = none, or as they came.
  init(from before: HeaderSection?, to header: [UInt8]?) {
    guard let before, let header, let after = try? HeaderSection(parsing: header) else { return }
    let old = Self.fields(of: before)
    let new = Self.fields(of: after)
    removed = Self.difference(old, new)
    added = Self.difference(new, old)
  }

  private static func fields(of section: HeaderSection) -> [[UInt8]] {
    section.fields.map {
      section.name(of: $0) + Array(": ".utf8) + section.unfoldedBody(of: $0)
    }
  }

  /// What of one list is not in the other; what is there twice must be there twice.
  private static func difference(_ fields: [[UInt8]], _ others: [[UInt8]]) -> [[UInt8]] {
    var counts: [[UInt8]: Int] = [:]
    for field in others { counts[field, default: 0] += 1 }
    return fields.filter { field in
      guard let count = counts[field], count > 0 else { return true }
      counts[field] = count - 1
      return false
    }
  }
}
