/// A row of scores that remembers the original values of changed ones: the model's own probabilities are needed later.
struct EditableScores {
  private let scores: UnsafeMutableBufferPointer<Float>
  typealias Originals = [(token: Int, score: Float)]
  /// The original values of the changed scores, in order of the changes.
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

  /// The token's score before the first change.
  func original(_ token: Int) -> Float {
    originals.first { $0.token == token }?.score ?? scores[token]
  }
}
