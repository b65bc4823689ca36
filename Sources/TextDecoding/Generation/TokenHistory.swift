/// All tokens of a row: its start tokens, then the new ones.
struct TokenHistory {
  private(set) var tokens: [Int]
  /// Each token once.
  private(set) var distinct: [Int] = []
  let startCount: Int

  init(startTokens: [Int]) {
    tokens = startTokens
    startCount = startTokens.count
    for token in startTokens { remember(token) }
  }

  var newCount: Int { tokens.count - startCount }
  var newTokens: [Int] { Array(tokens[startCount...]) }

  mutating func append(_ token: Int) {
    tokens.append(token)
    remember(token)
  }

  private mutating func remember(_ token: Int) {
    if !distinct.contains(token) { distinct.append(token) }
  }
}
