import Tensors

/// One of several datasets whose images are drawn together.
package struct SampledPart: Sendable {
  /// The number of images, and how often each is drawn while each image of a dataset of weight 1 is drawn once.
  package struct Size: Sendable, Equatable {
    package let count: Int
    package let weight: Double

    /// - Parameter weight: 0 or more; 0 draws none.
    package init(count: Int, weight: Double = 1) {
      precondition(count >= 0 && weight >= 0 && weight.isFinite, "\(count) images of weight \(weight)")
      self.count = count
      self.weight = weight
    }
  }

  /// The indices of its images among the examples of all parts.
  let examples: Range<Int>
  let drawsPerPass: Int
  /// Its index among the parts.
  private let index: Int

  static func list(_ sizes: [Size]) -> [SampledPart] {
    var start = 0
    return sizes.enumerated().map { index, size in
      defer { start += size.count }
      return SampledPart(size, from: start, index: index)
    }
  }

  private init(_ size: Size, from start: Int, index: Int) {
    self.index = index
    examples = start..<start + size.count
    let draws = Int((Double(size.count) * size.weight).rounded())
    // A dataset is never left out entirely, however small its weight.
    drawsPerPass = size.count > 0 && size.weight > 0 ? max(1, draws) : 0
  }

  /// The examples that a pass draws, sorted. Each pass continues where the previous one ended in an endless sequence of
  /// all images, reshuffled each time: so each is drawn as often as any other, whatever the weight.
  func examples(ofPass pass: Int, seed: UInt64) -> [Int] {
    if drawsPerPass == 0 { return [] }
    let row = pass * drawsPerPass..<(pass + 1) * drawsPerPass
    let rounds = row.lowerBound / examples.count...(row.upperBound - 1) / examples.count
    return rounds.flatMap { round in
      let wanted = row.clamped(to: round * examples.count..<(round + 1) * examples.count)
      if wanted.count == examples.count { return Array(examples) }
      let first = wanted.lowerBound - round * examples.count
      return Array(shuffled(round: round, seed: seed)[first..<first + wanted.count])
    }
    .sorted()
  }

  private func shuffled(round: Int, seed: UInt64) -> [Int] {
    // A different seed from the one that shuffles a pass.
    let own = seed ^ (0x6D69_7865_6400_0000 &+ UInt64(index))
    var generator = Xoshiro256PlusPlus(seed: own, stream: UInt64(round))
    return examples.shuffled(using: &generator)
  }
}
