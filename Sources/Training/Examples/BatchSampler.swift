import Tensors

/// Which images and captions each step learns from. It depends on the seed and the step alone, so that a run can be
/// continued from any step without a word about what came before.
package struct BatchSampler: Sendable {
  package struct Settings: Sendable, Codable, Equatable {
    package var imagesPerBatch = 16
    /// Captions of one image share its pass through the mapper.
    package var captionsPerImage = 4
    /// Whether an image is mirrored every other time, by chance.
    package var flips = false
    /// How many variants of each image there are beside itself and its mirror image, of which one is taken by
    /// chance; `nil` where there are none.
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
    /// Which variant is taken; 0 for none of them.
    package let variant: Int
  }

  package let settings: Settings
  private let captionCounts: [Int]
  private let parts: [SampledPart]
  private var order: (pass: Int, examples: [Int])

  /// - Parameters:
  ///   - captionCounts: of each example, 1 or more.
  ///   - parts: the datasets that the examples come from, in their order; without any, all are one dataset of weight 1.
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

  /// A pass draws every image of a dataset of weight 1 once. Passes take whole batches; what remains of one is left out,
  /// another remainder each time.
  package var batchesPerPass: Int { max(1, drawsPerPass / settings.imagesPerBatch) }

  /// How many captions a batch has on average.
  package var captionsPerBatch: Double {
    let drawn = drawsPerPass
    return perPass { min($0, settings.captionsPerImage) } / Double(drawn) * Double(min(settings.imagesPerBatch, drawn))
  }

  /// How many captions the images of a pass have.
  package var captionsPerPass: Double { perPass { $0 } }

  /// The sum over the images that a pass draws.
  private func perPass(_ count: (Int) -> Int) -> Double {
    parts.reduce(0) { sum, part in
      let own = captionCounts[part.examples].reduce(0) { $0 + count($1) }
      return sum + (part.examples.isEmpty ? 0 : Double(own) * Double(part.drawsPerPass) / Double(part.examples.count))
    }
  }

  /// - Parameter index: of the batch, from 0.
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
      // Itself, perhaps its mirror image, and the variants, each as likely as any other.
      let first = settings.flips ? 2 : 1
      let choice = Int.random(in: 0..<first + variants, using: &generator)
      return Draw(
        example: example, captions: Array(captions), isFlipped: choice == 1 && first == 2,
        variant: max(0, choice - first + 1))
    }
  }

  /// In the order in which they are drawn.
  private func examples(ofPass pass: Int) -> [Int] {
    var generator = Xoshiro256PlusPlus(seed: settings.seed, stream: UInt64(pass))
    return parts.flatMap { $0.examples(ofPass: pass, seed: settings.seed) }.shuffled(using: &generator)
  }
}
