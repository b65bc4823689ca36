import Tensors

/// Which images and captions each step learns from. It depends on the seed and the step alone, so that a run can be
/// continued from any step without a word about what came before.
public struct BatchSampler: Sendable {
  public struct Settings: Sendable, Codable, Equatable {
    public var imagesPerBatch = 16
    /// Captions of one image share its pass through the mapper.
    public var captionsPerImage = 4
    /// Whether an image is mirrored every other time, by chance.
    public var flips = false
    public var seed: UInt64 = 0

    public init() {}
  }

  /// One image's part of a batch.
  public struct Draw: Sendable, Equatable {
    public let example: Int
    /// Indices of its captions.
    public let captions: [Int]
    public let isFlipped: Bool
  }

  public let settings: Settings
  private let captionCounts: [Int]
  private var order: (epoch: Int, examples: [Int])

  /// - Parameter captionCounts: of each example, 1 or more.
  public init(_ settings: Settings, captionCounts: [Int]) {
    precondition(!captionCounts.isEmpty && captionCounts.allSatisfy { $0 > 0 }, "examples with captions")
    precondition(settings.imagesPerBatch > 0 && settings.captionsPerImage > 0, "batches of something")
    self.settings = settings
    self.captionCounts = captionCounts
    order = (0, Self.shuffled(captionCounts.count, epoch: 0, seed: settings.seed))
  }

  /// Passes over all images take whole batches; what remains of a pass is left out, another remainder each time.
  public var batchesPerPass: Int { max(1, captionCounts.count / settings.imagesPerBatch) }

  /// How many captions a batch has on average.
  public var captionsPerBatch: Double {
    let perImage = captionCounts.reduce(0) { $0 + min($1, settings.captionsPerImage) }
    return Double(perImage) / Double(captionCounts.count) * Double(min(settings.imagesPerBatch, captionCounts.count))
  }

  /// - Parameter index: of the batch, from 0.
  public mutating func batch(_ index: Int) -> [Draw] {
    let (pass, place) = index.quotientAndRemainder(dividingBy: batchesPerPass)
    if order.epoch != pass {
      order = (pass, Self.shuffled(captionCounts.count, epoch: pass, seed: settings.seed))
    }
    let examples = order.examples.dropFirst(place * settings.imagesPerBatch).prefix(settings.imagesPerBatch)
    var generator = Xoshiro256PlusPlus(seed: settings.seed, stream: UInt64(bitPattern: Int64(~index)))
    return examples.map { example in
      let captions = (0..<captionCounts[example]).shuffled(using: &generator).prefix(settings.captionsPerImage)
      let isFlipped = settings.flips && generator.next() >> 63 == 1
      return Draw(example: example, captions: Array(captions), isFlipped: isFlipped)
    }
  }

  private static func shuffled(_ count: Int, epoch: Int, seed: UInt64) -> [Int] {
    var generator = Xoshiro256PlusPlus(seed: seed, stream: UInt64(epoch))
    return (0..<count).shuffled(using: &generator)
  }
}
