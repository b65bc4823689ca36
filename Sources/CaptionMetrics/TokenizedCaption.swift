/// A caption as numbers of its words.
struct TokenizedCaption: Sendable {
  /// What ROUGE-L compares.
  let tokens: [Int32]
  /// What n-grams are made of: pycocoevalcap splits at every white space there, so that the tokens with a no-break
  /// space inside ("1 1/2") fall apart.
  let words: [Int32]

  init(_ caption: String, number: (String) -> Int32) {
    let texts = PTBTokenizer.tokens(caption)
    tokens = texts.map(number)
    let isWhole = texts.allSatisfy { !$0.unicodeScalars.contains(PTBTokenizer.noBreakSpace) }
    words =
      isWhole
      ? tokens
      : texts.flatMap { $0.unicodeScalars.split(separator: PTBTokenizer.noBreakSpace).map { number(String($0)) } }
  }
}

/// The words of the references, numbered from 0.
struct Vocabulary: Sendable {
  private var numbers: [String: Int32] = [:]

  mutating func insert(_ word: String) -> Int32 {
    if let number = numbers[word] { return number }
    let number = Int32(numbers.count)
    numbers[word] = number
    return number
  }

  /// Words that no reference has get numbers below 0, which mean something within this caption only.
  func tokenize(_ candidate: String) -> TokenizedCaption {
    var strangers: [String: Int32] = [:]
    return TokenizedCaption(candidate) { word in
      if let number = numbers[word] ?? strangers[word] { return number }
      let number = -1 - Int32(strangers.count)
      strangers[word] = number
      return number
    }
  }
}
