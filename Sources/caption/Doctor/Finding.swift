/// A section of the findings of `caption doctor`: rows of a name and a value.
struct Finding {
  /// The section's key in JSON.
  let key: String
  var rows: [Row] = []

  struct Row {
    /// The row's key in JSON; `nil` for what is only for people.
    let key: String
    /// The name for people.
    let label: String
    let value: FindingValue
    /// The text for people, where it says more than the value.
    let text: String
  }

  init(_ key: String) { self.key = key }

  mutating func add(_ key: String, _ label: String, _ value: FindingValue, text: String? = nil) {
    rows.append(Row(key: key, label: label, value: value, text: text ?? value.text))
  }
}

/// A value for JSON.
enum FindingValue: Encodable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
  case text(String)
  case number(Int)
  case flag(Bool)
  case list([FindingValue])
  case object([String: FindingValue])
  /// Unknown here, or unlimited.
  case none

  init(stringLiteral value: String) { self = .text(value) }
  init(integerLiteral value: Int) { self = .number(value) }
  init(_ text: String?) { self = text.map { .text($0) } ?? .none }
  init(_ number: Int?) { self = number.map { .number($0) } ?? .none }

  var text: String {
    switch self {
    case .text(let text): text
    case .number(let number): "\(number)"
    case .flag(let flag): flag ? "yes" : "no"
    case .list(let values): values.map(\.text).joined(separator: ", ")
    case .object(let values):
      values.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.text)" }.joined(separator: ", ")
    case .none: "unknown"
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .text(let text): try container.encode(text)
    case .number(let number): try container.encode(number)
    case .flag(let flag): try container.encode(flag)
    case .list(let values): try container.encode(values)
    case .object(let values): try container.encode(values)
    case .none: try container.encodeNil()
    }
  }
}
