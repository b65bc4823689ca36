import Tensors

/// Chooses the images and captions that each step learns from. The choice depends on the seed and the step alone, so
/// that a run can be continued from any step without any record of the earlier ones.
package struct BatchSampler: Sendable {
  package struct Settings: Sendable, Codable, Equatable {
    package var imagesPerBatch = 16
    /// The number of captions per image; they share the image's pass through the mapper.
    package var captionsPerImage = 4
    /// Whether an image is mirrored with probability 1/2.
    package var flips = false
    /// The number of variants of each image besides itself and its mirror image, of which one is chosen at random;
    /// `nil` where there are none.
    package var variants: Int?
    package var seed: UInt64 = 0

    package init() {}
  }

  /// One image's part of a batch.
  package struct Draw: Sendable, Equatable {
    package let example: Int
    /// Indices of its captions.
    package let captions: [Int]
    package let isFlipped: Bool
    /// The chosen variant; 0 for none.
    package let variant: Int
  }

  package let settings: Settings
  private let captionCounts: [Int]
  private let parts: [SampledPart]
  private var order: (pass: Int, examples: [Int])

  /// - Parameters:
  ///   - captionCounts: the number of captions of each example, 1 or more.
  ///   - parts: the datasets of the examples, in their order; without any, all are one dataset of weight 1.
  package init(_ settings: Settings, captionCounts: [Int], parts: [SampledPart.Size] = []) {
    precondition(!captionCounts.isEmpty && captionCounts.allSatisfy { $0 > 0 }, "examples with captions")
    precondition(settings.imagesPerBatch > 0 && settings.captionsPerImage > 0, "batches of something")
    self.settings = settings
    self.captionCounts = captionCounts
    let list = SampledPart.list(parts.isEmpty ? [.init(count: captionCounts.count)] : parts)
    precondition(list.last?.examples.upperBound == captionCounts.count, "parts of all examples")
    precondition(list.contains { $0.drawsPerPass > 0 }, "a part with some weight")
    self.parts = list
    order = (0, [])
    order = (0, examples(ofPass: 0))
  }

  private var drawsPerPass: Int { parts.reduce(0) { $0 + $1.drawsPerPass } }

  /// A pass draws every image of a dataset of weight 1 once. Passes take whole batches; the remainder is left out, a
  /// different one each time.
  package var batchesPerPass: Int { max(1, drawsPerPass / settings.imagesPerBatch) }

  /// The average number of captions in a batch.
  package var captionsPerBatch: Double {
    let drawn = drawsPerPass
    return perPass { min($0, settings.captionsPerImage) } / Double(drawn) * Double(min(settings.imagesPerBatch, drawn))
  }

  /// The number of captions of the images of a pass.
  package var captionsPerPass: Double { perPass { $0 } }

  /// The sum over the images that a pass draws.
  private func perPass(_ count: (Int) -> Int) -> Double {
    parts.reduce(0) { sum, part in
      let own = captionCounts[part.examples].reduce(0) { $0 + count($1) }
      return sum + (part.examples.isEmpty ? 0 : Double(own) * Double(part.drawsPerPass) / Double(part.examples.count))
    }
  }

  /// - Parameter index: the index of the batch, from 0.
  package mutating func batch(_ index: Int) -> [Draw] {
    let (pass, place) = index.quotientAndRemainder(dividingBy: batchesPerPass)
    if order.pass != pass { order = (pass, examples(ofPass: pass)) }
    let examples = order.examples.dropFirst(place * settings.imagesPerBatch).prefix(settings.imagesPerBatch)
    var generator = Xoshiro256PlusPlus(seed: settings.seed, stream: UInt64(bitPattern: Int64(~index)))
    return examples.map { example in
      let captions = (0..<captionCounts[example]).shuffled(using: &generator).prefix(settings.captionsPerImage)
      guard let variants = settings.variants, variants > 0 else {
        let isFlipped = settings.flips && generator.next() >> 63 == 1
        return Draw(example: example, captions: Array(captions), isFlipped: isFlipped, variant: 0)
      }
      // The image itself, its mirror image if wanted, and the variants are all equally likely.
      let first = settings.flips ? 2 : 1
      let choice = Int.random(in: 0..<first + variants, using: &generator)
      return Draw(
        example: example, captions: Array(captions), isFlipped: choice == 1 && first == 2,
        variant: max(0, choice - first + 1))
    }
  }

  /// The examples in the order in which they are drawn.
  private func examples(ofPass pass: Int) -> [Int] {
    var generator = Xoshiro256PlusPlus(seed: settings.seed, stream: UInt64(pass))
    return parts.flatMap { $0.examples(ofPass: pass, seed: settings.seed) }.shuffled(using: &generator)
  }
}
