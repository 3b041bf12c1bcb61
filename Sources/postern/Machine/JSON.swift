internal import Submission

/// A JSON value (RFC 8259), for output.
enum JSON {
  case null
  case bool(Bool)
  case number(UInt64)
  case string([UInt8])
  case array([JSON])
  /// Names and values in the order in which they are written.
  case object([(String, JSON)])
  /// Text that is JSON already.
  case written([UInt8])

  /// A text of the program's own.
  static func text(_ text: String) -> JSON { .string(Array(text.utf8)) }

  /// A value that may be missing.
  static func optional<Value>(_ value: Value?, _ form: (Value) -> JSON) -> JSON {
    value.map(form) ?? .null
  }

  /// The value on one line.
  var line: String {
    switch self {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .number(let value): "\(value)"
    case .string(let bytes): JSONText.string(bytes)
    case .array(let values): "[" + values.map(\.line).joined(separator: ",") + "]"
    case .object(let members):
      "{" + members.map { JSONText.string(Array($0.utf8)) + ":" + $1.line }.joined(separator: ",")
        + "}"
    case .written(let bytes): String(decoding: bytes, as: UTF8.self)
    }
  }
}
