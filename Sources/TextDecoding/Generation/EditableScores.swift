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
