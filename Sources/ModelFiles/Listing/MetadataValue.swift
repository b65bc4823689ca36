/// A value of a model file's metadata, for display: of long arrays it has the first elements only.
package enum MetadataValue: Sendable, Equatable {
  case string(String)
  case bool(Bool)
  case integer(Int)
  /// A whole number above `Int.max`.
  case natural(UInt64)
  case number(Double)
  /// - Parameters:
  ///   - of: what the elements are, such as `string`.
  ///   - first: all of them, or the first `shownElements`.
  case array(of: String, count: Int, first: [MetadataValue])

  /// Vocabularies have hundreds of thousands of elements.
  static let shownElements = 8
}

extension MetadataValue: CustomStringConvertible {
  private static let shownCharacters = 160

  /// On one line; long text is cut.
  package var description: String {
    switch self {
    case .string(let text):
      let cut = String(text.prefix(Self.shownCharacters))
      return JSONText.string(cut) + (cut.count < text.count ? "… (\(text.count) characters)" : "")
    case .bool(let value): return "\(value)"
    case .integer(let value): return "\(value)"
    case .natural(let value): return "\(value)"
    case .number(let value): return "\(value)"
    case .array(let type, let count, let first):
      let elements = first.map(\.description).joined(separator: ", ")
      return first.count == count ? "[\(elements)]" : "[\(elements)\(first.isEmpty ? "" : ", ")…] (\(count) of \(type))"
    }
  }
}

extension MetadataValue: Encodable {
  private enum ArrayKey: CodingKey {
    case count, elementType, first
  }

  /// As plain JSON, but for arrays that are cut: `{"count": 49152, "elementType": "string", "first": […]}`.
  package func encode(to encoder: any Encoder) throws {
    if case .array(let type, let count, let first) = self, first.count < count {
      var container = encoder.container(keyedBy: ArrayKey.self)
      try container.encode(count, forKey: .count)
      try container.encode(type, forKey: .elementType)
      try container.encode(first, forKey: .first)
      return
    }
    var container = encoder.singleValueContainer()
    switch self {
    case .string(let value): try container.encode(value)
    case .bool(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    case .natural(let value): try container.encode(value)
    // JSON has no other numbers.
    case .number(let value): if value.isFinite { try container.encode(value) } else { try container.encode("\(value)") }
    case .array(_, _, let first): try container.encode(first)
    }
  }
}
