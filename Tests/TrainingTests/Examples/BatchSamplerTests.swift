import Testing
import Training

@Suite("Batch sampler")
struct BatchSamplerTests {
  private func settings(images: Int, captions: Int, flips: Bool = false, seed: UInt64 = 7) -> BatchSampler.Settings {
    var settings = BatchSampler.Settings()
    settings.imagesPerBatch = images
    settings.captionsPerImage = captions
    settings.flips = flips
    settings.seed = seed
    return settings
  }

  @Test("draws what it always drew, so that runs of an earlier build can be resumed")
  func literal() {
    var sampler = BatchSampler(settings(images: 3, captions: 2, flips: true), captionCounts: [5, 1, 3, 5, 2, 4, 5])
    // As a separate implementation of the generators draws, in Python.
    #expect(sampler.batch(0).map(\.example) == [6, 5, 4])
    #expect(sampler.batch(0).map(\.captions) == [[4, 3], [3, 0], [0, 1]])
    #expect(sampler.batch(0).map(\.isFlipped) == [false, false, true])
    #expect(sampler.batch(1).map(\.example) == [1, 2, 0])
    #expect(sampler.batch(1).map(\.captions) == [[0], [2, 0], [3, 0]])
    #expect(sampler.batch(1).map(\.isFlipped) == [false, false, true])
    #expect(sampler.batch(5).map(\.example) == [0, 6, 4])
    #expect(sampler.batch(5).map(\.captions) == [[0, 4], [1, 0], [1, 0]])
    #expect(sampler.batch(5).map(\.isFlipped) == [true, false, true])
  }

  @Test("a batch depends on seed and number alone, not on what was drawn before")
  func repeatable() {
    let counts = Array(repeating: 4, count: 10)
    var forwards = BatchSampler(settings(images: 3, captions: 2, flips: true), captionCounts: counts)
    let batches = (0..<9).map { forwards.batch($0) }
    var backwards = BatchSampler(settings(images: 3, captions: 2, flips: true), captionCounts: counts)
    for index in (0..<9).reversed() { #expect(backwards.batch(index) == batches[index], "batch \(index)") }
    var other = BatchSampler(settings(images: 3, captions: 2, flips: true, seed: 8), captionCounts: counts)
    #expect((0..<9).map { other.batch($0) } != batches)
  }

  @Test("every image comes once in a pass, in another order in the next")
  func passes() {
    var sampler = BatchSampler(settings(images: 4, captions: 1), captionCounts: Array(repeating: 2, count: 20))
    #expect(sampler.batchesPerPass == 5)
    let passes = (0..<3).map { pass in (0..<5).flatMap { sampler.batch(pass * 5 + $0).map(\.example) } }
    for pass in passes { #expect(pass.sorted() == Array(0..<20)) }
    #expect(Set(passes).count == 3)
  }

  @Test("what does not fill a batch is left out, another remainder each pass")
  func remainder() {
    var sampler = BatchSampler(settings(images: 4, captions: 1), captionCounts: Array(repeating: 1, count: 11))
    let missing = (0..<6).map { pass in
      Set(0..<11).subtracting((0..<2).flatMap { sampler.batch(pass * 2 + $0).map(\.example) })
    }
    #expect(missing.allSatisfy { $0.count == 3 })
    #expect(Set(missing).count > 1)
  }

  @Test("so many different captions of an image are drawn, or all it has")
  func captions() {
    let counts = [1, 2, 5, 7]
    var sampler = BatchSampler(settings(images: 4, captions: 3), captionCounts: counts)
    #expect(sampler.captionsPerBatch == 9)
    var drawn: [Set<Int>] = counts.map { _ in [] }
    for draw in (0..<40).flatMap({ sampler.batch($0) }) {
      #expect(draw.captions.count == min(3, counts[draw.example]))
      #expect(Set(draw.captions).count == draw.captions.count)
      drawn[draw.example].formUnion(draw.captions)
    }
    #expect(drawn == counts.map { Set(0..<$0) })
  }

  @Test("about every other image is mirrored, and none where that is not wanted")
  func flips() {
    let counts = Array(repeating: 1, count: 50)
    var sampler = BatchSampler(settings(images: 50, captions: 1, flips: true), captionCounts: counts)
    let flipped = (0..<40).reduce(0) { count, index in count + sampler.batch(index).filter(\.isFlipped).count }
    // Of 2,000 throws of a coin: five standard deviations are 112.
    #expect(abs(flipped - 1000) < 112)
    var still = BatchSampler(settings(images: 50, captions: 1), captionCounts: counts)
    #expect((0..<40).allSatisfy { !still.batch($0).contains(where: \.isFlipped) })
  }

  @Test("itself, its mirror image and each variant are drawn equally often", arguments: [false, true])
  func variants(flips: Bool) {
    var changed = settings(images: 50, captions: 1, flips: flips)
    changed.variants = 3
    var sampler = BatchSampler(changed, captionCounts: Array(repeating: 1, count: 50))
    var counts: [String: Int] = [:]
    for draw in (0..<80).flatMap({ sampler.batch($0) }) {
      counts["\(draw.variant) \(draw.isFlipped)", default: 0] += 1
    }
    let expected = ["0 false", "1 false", "2 false", "3 false"] + (flips ? ["0 true"] : [])
    #expect(counts.keys.sorted() == expected.sorted())
    // 4,000 draws among four or five: five standard deviations are below 140.
    #expect(counts.values.allSatisfy { abs($0 - 4000 / expected.count) < 140 })
  }

  @Test("fewer images than a batch make a smaller one")
  func fewImages() {
    var sampler = BatchSampler(settings(images: 16, captions: 4), captionCounts: [2, 5, 1])
    #expect(sampler.batchesPerPass == 1)
    #expect(sampler.captionsPerBatch == 7)
    for index in 0..<4 { #expect(sampler.batch(index).map(\.example).sorted() == [0, 1, 2]) }
  }
}
