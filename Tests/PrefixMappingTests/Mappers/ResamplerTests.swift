import Foundation
import ModelFiles
import PrefixMapping
import Tensors
import TestSupport
import Testing
import TextDecoding

@Suite("Resampler")
struct ResamplerTests {
  private func mapper(heads: Int = 2, tokenGroups: [Int] = [7, 1, 1, 1]) throws -> Resampler {
    let path = Fixture.url("resampler-tiny/mapper.safetensors").path(percentEncoded: false)
    return try Resampler(file: SafetensorsFile(path: path), heads: heads, tokenGroups: tokenGroups)
  }

  @Test("features become the prefixes that PyTorch computes")
  func parity() throws {
    let reference = try Reference("resampler-tiny/reference.safetensors")
    let expected = try reference("prefix")
    let prefixes = try mapper().prefixes(try reference("features"))
    #expect(prefixes.count == 3)
    for (index, prefix) in prefixes.enumerated() {
      // The reference is float64; float32 in PyTorch is 1.1e-6 from it, ours sums in another order.
      #expect(prefix.keysValues.distance(to: expected[index]) < 1e-5)
    }
  }

  @Test("an image's prefix does not depend on its batch")
  func batchIndependence() throws {
    let features = try Reference("resampler-tiny/reference.safetensors")("features")
    let mapper = try mapper()
    let together = mapper.prefixes(features)
    for index in 0..<3 {
      let alone = mapper.prefixes(features[index].reshaped([1, 10, 24]))
      // Few rows are multiplied one by one and many in tiles, whose sums run in another order.
      #expect(alone[0].keysValues.distance(to: together[index].keysValues) < 5e-6)
    }
  }

  @Test("of features whose tokens are all dropped nothing reaches the prefix, of some others what is kept does")
  func tokenDropout() throws {
    let features = try Reference("resampler-tiny/reference.safetensors")("features")
    let mapper = try mapper()
    func prefixes(_ probability: Double) -> [Float] {
      mapper.keysValues(features, dropout: Dropout(probability: 0, tokenProbability: probability, seed: 1)).value.values
    }
    let all = prefixes(0.999_999_9)
    let size = all.count / 3
    #expect(all[..<size].elementsEqual(all[size..<2 * size]))
    #expect(prefixes(0.5)[..<size] != all[..<size])
    #expect(prefixes(0.5) != mapper.keysValues(features, dropout: .none).value.values)
  }

  @Test("token groups that do not cover the features are refused", arguments: [[7, 1, 1], [], [10, 1], [11, -1]])
  func wrongGroups(groups: [Int]) {
    #expect(throws: ModelFileError.self) { try mapper(tokenGroups: groups) }
  }

  @Test("a number of heads that does not divide the width is refused", arguments: [0, -1, 3])
  func wrongHeads(heads: Int) {
    #expect(throws: ModelFileError.self) { try mapper(heads: heads) }
  }
}
