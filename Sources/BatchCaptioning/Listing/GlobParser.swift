/// Reads a glob: first its braces, then each alternative that they produce.
struct GlobParser {
  /// The most alternatives: the counts of several braces multiply.
  private static let maximumAlternatives = 1000

  private let pattern: String
  private var rest: ArraySlice<Unicode.Scalar>

  /// - Throws: `ImageListingError.invalidPattern`.
  static func alternatives(_ pattern: String) throws(ImageListingError) -> [Glob.Alternative] {
    var alternatives: [Glob.Alternative] = []
    for text in try expanded(Array(pattern.unicodeScalars)[...], of: pattern) {
      var parser = GlobParser(pattern: pattern, rest: text[...])
      alternatives.append(try parser.alternative())
    }
    return alternatives
  }

  private static func failure(_ pattern: String, _ problem: String) -> ImageListingError {
    .invalidPattern(pattern: pattern, problem: problem)
  }

  // MARK: Braces

  /// All texts that the braces stand for.
  private static func expanded(
    _ text: ArraySlice<Unicode.Scalar>, of pattern: String
  ) throws(ImageListingError) -> [[Unicode.Scalar]] {
    guard let open = firstBrace(text) else { return [Array(text)] }
    var depth = 0
    var choices: [ArraySlice<Unicode.Scalar>] = []
    var start = open + 1
    var index = open
    while index < text.endIndex {
      switch text[index] {
      case "\\": index += 1
      case "{": depth += 1
      case ",":
        if depth == 1 {
          choices.append(text[start..<index])
          start = index + 1
        }
      case "}": depth -= 1
      default: break
      }
      if depth == 0 { break }
      index += 1
    }
    guard index < text.endIndex else { throw failure(pattern, "a brace is not closed") }
    guard !choices.isEmpty else { throw failure(pattern, "braces hold alternatives with commas between, as {a,b}") }
    choices.append(text[start..<index])
    let ends = try expanded(text[(index + 1)...], of: pattern)
    var texts: [[Unicode.Scalar]] = []
    for choice in choices {
      for middle in try expanded(choice, of: pattern) {
        guard texts.count + ends.count <= maximumAlternatives else {
          throw failure(pattern, "it stands for more than \(maximumAlternatives) alternatives")
        }
        texts += ends.map { Array(text[..<open]) + middle + $0 }
      }
    }
    return texts
  }

  private static func firstBrace(_ text: ArraySlice<Unicode.Scalar>) -> Int? {
    var index = text.startIndex
    while index < text.endIndex {
      if text[index] == "\\" { index += 1 } else if text[index] == "{" { return index }
      index += 1
    }
    return nil
  }

  // MARK: An alternative

  private mutating func alternative() throws(ImageListingError) -> Glob.Alternative {
    var isPath = false
    if rest.first == "/" {
      isPath = true
      rest.removeFirst()
    }
    if rest.last == "/" { rest.removeLast() }
    guard !rest.isEmpty else { throw Self.failure(pattern, "it is empty") }
    var tokens: [Glob.Token] = []
    while let character = rest.popFirst() {
      switch character {
      case "*": tokens.append(star(isFirst: tokens.isEmpty || tokens.last == .character("/")))
      case "?": tokens.append(.anyCharacter)
      case "[": tokens.append(try set())
      case "\\": tokens.append(.character(try escaped()))
      default: tokens.append(.character(character))
      }
    }
    isPath = isPath || tokens.contains { $0 == .character("/") || $0 == .anyDirectories }
    return Glob.Alternative(tokens: tokens, isPath: isPath)
  }

  /// - Parameter isFirst: whether a component begins here.
  private mutating func star(isFirst: Bool) -> Glob.Token {
    guard rest.first == "*" else { return .anyName }
    rest = rest.drop { $0 == "*" }
    guard isFirst, rest.first == "/" else { return .anyPath }
    rest.removeFirst()
    return .anyDirectories
  }

  private mutating func set() throws(ImageListingError) -> Glob.Token {
    let isNegated = rest.first == "!" || rest.first == "^"
    if isNegated { rest.removeFirst() }
    var ranges: [ClosedRange<Unicode.Scalar>] = []
    while let character = rest.popFirst() {
      // As the first character of a set, it stands for itself.
      if character == "]", !ranges.isEmpty { return .set(ranges, isNegated: isNegated) }
      let low = character == "\\" ? try escaped() : character
      var high = low
      if rest.first == "-", let end = rest.dropFirst().first, end != "]" {
        rest.removeFirst(2)
        high = end == "\\" ? try escaped() : end
      }
      guard low <= high else { throw Self.failure(pattern, "a range in brackets is the wrong way round") }
      ranges.append(low...high)
    }
    throw Self.failure(pattern, "a bracket is not closed")
  }

  private mutating func escaped() throws(ImageListingError) -> Unicode.Scalar {
    guard let character = rest.popFirst() else { throw Self.failure(pattern, "nothing follows its last backslash") }
    return character
  }
}
