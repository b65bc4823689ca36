#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The best finished sequences of one row, best first.
struct BeamHypotheses {
  let capacity: Int
  private(set) var sequences: [GeneratedSequence] = []
  private var scores: [Double] = []

  init(capacity: Int) {
    self.capacity = capacity
  }

  static func score(logProbability: Double, length: Int, penalty: Double) -> Double {
    logProbability / pow(Double(length), penalty)
  }

  var isFull: Bool { sequences.count >= capacity }
  /// The score that a new sequence must beat; -infinity while there is room.
  var worstScore: Double { isFull ? scores.last ?? -.infinity : -.infinity }

  /// Keeps `sequence` if it is among the best. Among equal scores the earlier one is better.
  mutating func insert(_ sequence: @autoclosure () -> GeneratedSequence, score: Double) {
    let place = scores.firstIndex { $0 < score } ?? scores.count
    guard place < capacity else { return }
    scores.insert(score, at: place)
    sequences.insert(sequence(), at: place)
    if sequences.count > capacity {
      scores.removeLast()
      sequences.removeLast()
    }
  }
}
