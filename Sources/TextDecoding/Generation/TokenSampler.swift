package import Tensors

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Samples a token from scores: temperature, then top-k (Fan et al. 2018), then top-p, the nucleus (Holtzman et al.
/// 2019), as transformers' warpers define and order them.
package struct TokenSampler: Sendable {
  package let temperature: Double
  package let topK: Int?
  package let topP: Double?

  package init(temperature: Double, topK: Int?, topP: Double?) {
    self.temperature = temperature
    self.topK = topK
    self.topP = topP
  }

  package struct Candidate {
    package let token: Int
    /// The weight of the token, proportional to its probability; 1 for the likeliest token.
    package let weight: Double
  }

  /// - Parameter scores: without NaN or +infinity.
  /// - Returns: `nil` where no score is above -infinity.
  package func draw(
    _ scores: UnsafeBufferPointer<Float>, using generator: inout Xoshiro256PlusPlus
  ) -> Int? {
    guard let maximum = ScoreStatistics.maximum(scores)?.value else { return nil }
    let position = generator.nextUnitInterval()
    if topK == nil, topP == nil { return drawFromAll(scores, maximum: maximum, position: position) }
    return draw(from: candidates(scores, maximum: maximum), position: position)
  }

  /// The tokens that top-k and top-p leave, at least one.
  package func candidates(_ scores: UnsafeBufferPointer<Float>, maximum: Float) -> [Candidate] {
    guard let topP, topP < 1 else {
      return collect(scores, from: topK.map { lowest(of: $0, in: scores) }, maximum: maximum)
    }
    if let topK {
      let kept = collect(scores, from: lowest(of: topK, in: scores), maximum: maximum)
      return nucleus(kept, mass: topP * kept.reduce(0) { $0 + $1.weight })
    }
    // The nucleus is usually a small part of the vocabulary: search the likeliest tokens first, and sort only those.
    let mass = topP * Exponential.sum(scores, minus: maximum, scale: Float(1 / temperature))
    for depth in [4.0, 8, 16] {
      let kept = collect(scores, from: maximum - Float(depth * temperature), maximum: maximum)
      if kept.reduce(0, { $0 + $1.weight }) >= mass { return nucleus(kept, mass: mass) }
    }
    return nucleus(collect(scores, from: nil, maximum: maximum), mass: mass)
  }

  /// The smallest of the `count` largest scores; -infinity where there are fewer.
  private func lowest(of count: Int, in scores: UnsafeBufferPointer<Float>) -> Float {
    guard count < scores.count else { return -.infinity }
    var largest = LargestScores(capacity: count)
    largest.offer(scores, plus: 0, base: 0)
    return Float(largest.threshold)
  }

  private func collect(_ scores: UnsafeBufferPointer<Float>, from lowest: Float?, maximum: Float) -> [Candidate] {
    let lowest = max(lowest ?? -.infinity, -.greatestFiniteMagnitude)
    var kept: [Candidate] = []
    for token in 0..<scores.count where scores[token] >= lowest {
      kept.append(Candidate(token: token, weight: weight(scores[token], maximum: maximum)))
    }
    return kept
  }

  private func weight(_ score: Float, maximum: Float) -> Double {
    exp((Double(score) - Double(maximum)) / temperature)
  }

  /// The likeliest candidates, as few as reach `mass` together.
  private func nucleus(_ candidates: [Candidate], mass: Double) -> [Candidate] {
    let sorted = candidates.sorted { $0.weight != $1.weight ? $0.weight > $1.weight : $0.token < $1.token }
    var sum = 0.0
    var count = 0
    while count < sorted.count, sum < mass {
      sum += sorted[count].weight
      count += 1
    }
    return Array(sorted.prefix(max(count, 1)))
  }

  private func draw(from candidates: [Candidate], position: Double) -> Int? {
    let target = position * candidates.reduce(0) { $0 + $1.weight }
    var sum = 0.0
    for candidate in candidates {
      sum += candidate.weight
      if sum > target { return candidate.token }
    }
    return candidates.last?.token
  }

  /// Finds the block of the row in which the drawn position falls, then the token in that block.
  private func drawFromAll(_ scores: UnsafeBufferPointer<Float>, maximum: Float, position: Double) -> Int? {
    let scale = Float(1 / temperature)
    let blocks = stride(from: 0, to: scores.count, by: Exponential.blockLength).map {
      $0..<min($0 + Exponential.blockLength, scores.count)
    }
    let sums = blocks.map {
      Exponential.blockSum(UnsafeBufferPointer(rebasing: scores[$0]), minus: maximum, scale: scale)
    }
    var rest = position * sums.reduce(0, +)
    var drawn: Int?
    for (block, sum) in zip(blocks, sums) {
      if rest >= sum {
        rest -= sum
        continue
      }
      for token in block where scores[token] > -.infinity {
        // Also what remains when rounding carried the position past the block's last token.
        drawn = token
        rest -= weight(scores[token], maximum: maximum)
        if rest < 0 { return drawn }
      }
      if drawn != nil { return drawn }
    }
    return drawn ?? ScoreStatistics.maximum(scores)?.index
  }
}
