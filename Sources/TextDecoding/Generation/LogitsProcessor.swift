/// Changes scores of single tokens in sight of what the row holds already.
protocol LogitsProcessor: Sendable {
  func process(_ scores: inout EditableScores, history: TokenHistory)
}

extension GenerationOptions {
  /// The processors that the options ask for, in transformers' order.
  var logitsProcessors: [any LogitsProcessor] {
    var processors: [any LogitsProcessor] = []
    if repetitionPenalty != 1 { processors.append(RepetitionPenalty(penalty: Float(repetitionPenalty))) }
    if noRepeatNGramSize > 0 { processors.append(NoRepeatNGram(size: noRepeatNGramSize)) }
    if minimumNewTokens > 0, !stopTokens.isEmpty {
      processors.append(MinimumNewTokens(minimum: minimumNewTokens, stopTokens: stopTokens))
    }
    return processors
  }
}

/// A row of scores that remembers what it held where it was changed: the model's own probabilities are wanted later.
struct EditableScores {
  private let scores: UnsafeMutableBufferPointer<Float>
  typealias Originals = [(token: Int, score: Float)]
  /// What stood at the changed places, in order of the changes.
  private(set) var originals: Originals = []

  init(_ scores: UnsafeMutableBufferPointer<Float>) {
    self.scores = scores
  }

  var isEdited: Bool { !originals.isEmpty }
  var current: UnsafeBufferPointer<Float> { UnsafeBufferPointer(scores) }

  subscript(token: Int) -> Float {
    get { scores[token] }
    set {
      originals.append((token, scores[token]))
      scores[token] = newValue
    }
  }

  /// What stood there before the first change.
  func original(_ token: Int) -> Float {
    originals.first { $0.token == token }?.score ?? scores[token]
  }
}

/// All tokens of a row: those it started from, then the new ones.
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
