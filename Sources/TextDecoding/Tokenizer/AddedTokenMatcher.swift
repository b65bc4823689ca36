/// Finds added tokens in text: the leftmost first, and the longest of those that start at the same place.
struct AddedTokenMatcher: Sendable {
  enum Segment {
    case text(Range<Int>)
    case token(Int)
  }

  /// The tokens in ascending order of spelling, so that those with the same beginning are neighbours.
  private let tokens: [AddedToken]
  /// Whether any spelling starts with the byte.
  private let isFirstByte: [Bool]

  init(_ tokens: [AddedToken]) {
    let spelt = tokens.filter { !$0.spelling.isEmpty }
    self.tokens = spelt.sorted { $0.spelling.lexicographicallyPrecedes($1.spelling) }
    var isFirstByte = [Bool](repeating: false, count: 256)
    for token in spelt { isFirstByte[Int(token.spelling[0])] = true }
    self.isFirstByte = isFirstByte
  }

  /// Calls `body` with the segments of the text, from its start to its end.
  func forEachSegment(in text: UTF8Text, parsingSpecialTokens: Bool, _ body: (Segment) -> Void) {
    guard !tokens.isEmpty else { return text.count > 0 ? body(.text(0..<text.count)) : () }
    var done = 0
    var position = 0
    while let (token, matched) = nextMatch(in: text, from: position) {
      position = matched.upperBound
      if token.isSpecial, !parsingSpecialTokens { continue }
      if token.isSingleWord, !isSeparate(matched, in: text) { continue }
      let start =
        token.stripsLeft ? text.startOfWhitespace(before: matched.lowerBound, downTo: done) : matched.lowerBound
      if done < start { body(.text(done..<start)) }
      body(.token(token.id))
      done = token.stripsRight ? text.endOfWhitespace(from: matched.upperBound) : matched.upperBound
    }
    if done < text.count { body(.text(done..<text.count)) }
  }

  private func nextMatch(in text: UTF8Text, from start: Int) -> (token: AddedToken, range: Range<Int>)? {
    for position in start..<max(start, text.count) where isFirstByte[Int(text.bytes[position])] {
      if let token = longestMatch(in: text, at: position) { return (token, position..<position + token.spelling.count) }
    }
    return nil
  }

  private func longestMatch(in text: UTF8Text, at position: Int) -> AddedToken? {
    var candidates = 0..<tokens.count
    var longest: AddedToken?
    var length = 0
    while position + length < text.count {
      let byte = text.bytes[position + length]
      // All candidates share the first `length` bytes; those that end there come first and are dropped.
      let lower = firstIndex(in: candidates) { $0.count > length && $0[length] >= byte }
      candidates = lower..<firstIndex(in: lower..<candidates.upperBound) { $0[length] > byte }
      guard let first = candidates.first else { break }
      length += 1
      if tokens[first].spelling.count == length { longest = tokens[first] }
    }
    return longest
  }

  /// The first of `range` whose spelling satisfies `condition`, which all later ones do too.
  private func firstIndex(in range: Range<Int>, where condition: ([UInt8]) -> Bool) -> Int {
    var (lower, upper) = (range.lowerBound, range.upperBound)
    while lower < upper {
      let middle = lower + (upper - lower) / 2
      if condition(tokens[middle].spelling) { upper = middle } else { lower = middle + 1 }
    }
    return lower
  }

  private func isSeparate(_ range: Range<Int>, in text: UTF8Text) -> Bool {
    let before = range.lowerBound > 0 ? text.character(before: range.lowerBound).scalar : nil
    let after = range.upperBound < text.count ? text.character(at: range.upperBound).scalar : nil
    return before?.isWordCharacter != true && after?.isWordCharacter != true
  }
}
