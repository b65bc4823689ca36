import Foundation
import ModelFiles
import Tensors
import TestSupport
import Testing
import Training

@Suite("Feature statistics")
struct FeatureStatisticsTests {
  private func statistics(_ features: [[Float]], shape: [Int], sharedTokens: [Int]) throws -> FeatureStatistics {
    try FeatureStatistics(
      of: features.indices.map(MemoryFeatures.image), in: MemoryFeatures(shape: shape, features),
      parts: FeatureLayout(tokens: sharedTokens, width: shape[1]))
  }

  /// As PyTorch's `mean` and `std`: the unbiased deviation, in double precision.
  private func plain(_ values: [Float]) -> (mean: Double, deviation: Double) {
    let mean = values.reduce(0) { $0 + Double($1) } / Double(values.count)
    let squares = values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
    return (mean, (squares / Double(values.count - 1)).squareRoot())
  }

  @Test("tokens that share statistics are pooled, others have their own", arguments: [Float(0), 1e4, -3e5])
  func pooled(offset: Float) throws {
    let (tokens, width, shared) = (5, 3, [3, 1, 1])
    let features = (0..<7).map { image in
      Tensor.random([tokens, width], seed: UInt64(image)).values.map { $0 + offset }
    }
    let found = try statistics(features, shape: [tokens, width], sharedTokens: shared)
    var start = 0
    for count in shared {
      for column in 0..<width {
        let places = (start..<start + count).map { $0 * width + column }
        let expected = plain(features.flatMap { image in places.map { image[$0] } })
        for place in places {
          // Sums are in double precision; what remains is rounding to float.
          #expect(abs(Double(found.mean.values[place]) - expected.mean) <= abs(expected.mean) * 0x1p-23)
          let deviation = Double(found.deviation.values[place])
          #expect(abs(deviation - (expected.deviation + 1e-6)) <= expected.deviation * 0x1p-23)
        }
      }
      start += count
    }
  }

  @Test("tokens of very different size that share statistics lose no digits")
  func differentTokens() throws {
    let features: [[Float]] = [[1e5, 0.5], [1e5 + 1, 0.25], [1e5 + 2, 0.125]]
    let found = try statistics(features, shape: [2, 1], sharedTokens: [2])
    let expected = plain(features.flatMap { $0 })
    #expect(abs(Double(found.deviation.values[0]) / expected.deviation - 1) < 1e-6)
    let own = try statistics(features, shape: [2, 1], sharedTokens: [1, 1])
    // 1e5, 1e5 + 1 and 1e5 + 2 deviate by exactly 1.
    #expect(abs(own.deviation.values[0] - (1 + 1e-6)) <= 0x1p-23)
  }

  @Test("one image deviates by nothing, and is divided by no zero")
  func oneImage() throws {
    let found = try statistics([[3, -1, 5, 7]], shape: [2, 2], sharedTokens: [1, 1])
    #expect(found.mean.values == [3, -1, 5, 7])
    #expect(found.deviation.values == [1e-6, 1e-6, 1e-6, 1e-6])
  }

  @Test("an image without features is named")
  func missing() throws {
    let features = MemoryFeatures(shape: [1, 1], [[1]])
    let images = [MemoryFeatures.image(0), MemoryFeatures.image(9)]
    #expect(throws: TrainingError.missingFeatures(image: images[1].hexadecimal)) {
      try FeatureStatistics(of: images, in: features, parts: .init(tokens: [1], width: 1))
    }
  }

  @Test("progress counts the images read")
  func progress() throws {
    var counts: [Int] = []
    _ = try FeatureStatistics(
      of: [0, 1].map(MemoryFeatures.image), in: MemoryFeatures(shape: [1, 1], [[1], [2]]),
      parts: .init(tokens: [1], width: 1)
    ) { counts.append($0) }
    #expect(counts == [1, 2])
  }
}
