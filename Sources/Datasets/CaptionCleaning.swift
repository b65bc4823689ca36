/// How a caption is changed before it is learnt. It belongs to the recipe: a captioner writes as it was taught.
package enum CaptionCleaning: String, Sendable, Codable, CaseIterable {
  /// Only white space at both ends is removed.
  case none
  /// A sentence: white space at both ends and one final full stop with the space before it are removed, the first
  /// letter becomes upper-case, and a full stop ends it. `a dog runs .` becomes `A dog runs.`
  case sentence

  package func callAsFunction(_ caption: String) -> String {
    var scalars = Self.trim(caption.unicodeScalars[...])
    guard self == .sentence else { return String(scalars) }
    if scalars.last == "." { scalars = Self.trim(scalars.dropLast()) }
    // The first code point, not the first character: a combining accent after it stays as it is.
    let first = scalars.first.map { $0.properties.uppercaseMapping } ?? ""
    return first + String(scalars.dropFirst()) + "."
  }

  /// Whether nothing would be left of a caption.
  static func isBlank(_ caption: String) -> Bool { trim(caption.unicodeScalars[...]).isEmpty }

  private static func trim(_ scalars: Substring.UnicodeScalarView) -> Substring.UnicodeScalarView {
    guard let first = scalars.firstIndex(where: { !isSpace($0) }), let last = scalars.lastIndex(where: { !isSpace($0) })
    else { return scalars[scalars.startIndex..<scalars.startIndex] }
    return scalars[first...last]
  }

  /// White space as in Python's `str.strip`: Unicode's, and the four information separators.
  private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isWhitespace || (0x1C...0x1F).contains(scalar.value)
  }
}
