import Testing
import Training

@Suite("Batches of several datasets")
struct SampledPartTests {
  /// Batches of two images with a caption each.
  private func sampler(_ parts: SampledPart.Size..., seed: UInt64 = 7, images: Int = 2) -> BatchSampler {
    var settings = BatchSampler.Settings()
    settings.imagesPerBatch = images
    settings.captionsPerImage = 1
    settings.seed = seed
    let count = parts.reduce(0) { $0 + $1.count }
    return BatchSampler(settings, captionCounts: Array(repeating: 2, count: count), parts: parts)
  }

  /// How often each example is drawn in passes 0 to `passes` - 1.
  private func draws(_ sampler: BatchSampler, passes: Int, examples: Int) -> [Int] {
    var sampler = sampler
    var counts = Array(repeating: 0, count: examples)
    for index in 0..<passes * sampler.batchesPerPass {
      for draw in sampler.batch(index) { counts[draw.example] += 1 }
    }
    return counts
  }

  @Test("datasets of weight 1 are drawn photo by photo, as one dataset of all of them is")
  func photoByPhoto() {
    var (one, several) = (sampler(.init(count: 20)), sampler(.init(count: 3), .init(count: 17)))
    for index in 0..<30 { #expect(one.batch(index) == several.batch(index)) }
  }

  @Test("photos of a dataset of weight 2 come twice a pass, of weight 0.5 in every other pass, of weight 0 never")
  func weights() {
    let mixed = sampler(
      .init(count: 4), .init(count: 4, weight: 2), .init(count: 4, weight: 0.5), .init(count: 2, weight: 0))
    #expect(mixed.batchesPerPass == 7)
    let expected = [2, 2, 2, 2, 4, 4, 4, 4, 1, 1, 1, 1, 0, 0]
    #expect(draws(mixed, passes: 2, examples: 14) == expected)
    #expect(draws(mixed, passes: 10, examples: 14) == expected.map { 5 * $0 })
  }

  @Test("whatever the weight, each photo of a dataset comes as often as any other")
  func evenly() {
    let mixed = sampler(.init(count: 6), .init(count: 5, weight: 0.73), images: 1)
    // Four of five in each pass.
    let counts = draws(mixed, passes: 25, examples: 11)
    #expect(counts.prefix(6).allSatisfy { $0 == 25 })
    #expect(counts.suffix(5).allSatisfy { $0 == 20 })
  }

  @Test("a batch holds photos of all datasets, mixed by chance")
  func mixture() {
    var mixed = sampler(.init(count: 100), .init(count: 300), images: 40)
    for index in 0..<10 {
      let first = mixed.batch(index).count { $0.example < 100 }
      // 10 of 40 are expected; five standard deviations are 13.7.
      #expect(first > 0 && first < 24, "\(first) in batch \(index)")
    }
  }

  @Test("a batch of weighted datasets depends on seed and number alone")
  func repeatable() {
    let parts = [SampledPart.Size(count: 9, weight: 1.5), .init(count: 7, weight: 0.4)]
    var forwards = sampler(parts[0], parts[1])
    let batches = (0..<40).map { forwards.batch($0) }
    var backwards = sampler(parts[0], parts[1])
    for index in (0..<40).reversed() { #expect(backwards.batch(index) == batches[index], "batch \(index)") }
    var other = sampler(parts[0], parts[1], seed: 8)
    #expect((0..<40).map { other.batch($0) } != batches)
  }

  @Test("a dataset of little weight is drawn from all the same")
  func littleWeight() {
    let mixed = sampler(.init(count: 10), .init(count: 3, weight: 0.001), images: 1)
    #expect(draws(mixed, passes: 3, examples: 13).suffix(3) == [1, 1, 1])
  }

  @Test("captions of a pass and of a batch go by the weights")
  func captions() {
    var settings = BatchSampler.Settings()
    settings.imagesPerBatch = 4
    settings.captionsPerImage = 3
    let parts = [SampledPart.Size(count: 2), .init(count: 2, weight: 3)]
    let sampler = BatchSampler(settings, captionCounts: [5, 5, 2, 2], parts: parts)
    #expect(sampler.captionsPerPass == 10 + 3 * 4)
    // Two photos of three captions and six of two among eight.
    #expect(sampler.captionsPerBatch == 4 * (2 * 3 + 6 * 2) / 8)
  }
}
