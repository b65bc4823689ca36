import Foundation
import ImageEncoding
import ModelFiles
import Tensors
import TestSupport
import Testing

@Suite("DINOv2")
struct DINOv2Tests {
  private func encoder() throws -> DINOv2 {
    let directory = Fixture.url("dinov2-tiny").path(percentEncoded: false)
    let configuration = try DinoV2Configuration(jsonFile: directory + "/config.json")
    return try DINOv2(configuration: configuration, weights: WeightReader(openWeights(directory: directory)))
  }

  @Test(
    "all hidden states equal transformers', at trained, smaller, larger and oblong sizes",
    arguments: ["56x56", "70x70", "84x112"])
  func parity(size: String) throws {
    let reference = try Reference("dinov2-tiny/reference.safetensors")
    let encoder = try encoder()
    let states = try encoder.hiddenStates(try reference("pixels_\(size)"), numbers: [0, 1, 2, 3])
    for number in 0...3 {
      let state = try #require(states[number])
      // PyTorch's float32 is 4.6e-6 from this float64 reference, where states reach 12 in size; ours sums in another order.
      #expect(state.distance(to: try reference("hidden_state_\(number)_\(size)")) < 5e-5)
    }
    let last = encoder.finalNorm(try #require(states[3]))
    #expect(last.distance(to: try reference("last_hidden_state_\(size)")) < 5e-5)
  }

  @Test(
    "laid out for products in f32, bf16 and int8 it stays as near to transformers as the rounding allows",
    arguments: [(MatrixPrecision.f32, Float(5e-6)), (.bf16, 0.02), (.int8, 0.04)])
  func precisions(precision: MatrixPrecision, tolerance: Float) throws {
    let reference = try Reference("dinov2-tiny/reference.safetensors")
    let states = try encoder().prepared(precision).hiddenStates(try reference("pixels_70x70"), numbers: [3])
    let (found, expected) = (try #require(states[3]), try reference("hidden_state_3_70x70"))
    // One rounding moves a number by 2^-9 of itself in bfloat16, and by up to 1/254 of its row's largest in 8 bits; three
    // blocks have a dozen of them, which partly cancel.
    #expect(found.relativeDistance(to: expected) < tolerance)
    #expect(precision == .f32 || found.relativeDistance(to: expected) > 1e-4, "nothing was rounded")
  }

  @Test("images of a batch have the states that each has alone, bit for bit", arguments: MatrixPrecision.allCases)
  func batch(precision: MatrixPrecision) throws {
    let encoder = try encoder().prepared(precision)
    let images = (0..<5).map { Tensor.random([3, 56, 70], seed: UInt64($0)) }
    let together = try KernelSettings.with(threads: 2) {
      try encoder.hiddenStates(Tensor.stacked(images), numbers: [0, 3])
    }
    for number in [0, 3] {
      let alone = try images.map { image in
        try KernelSettings.with {
          try #require(try encoder.hiddenStates(image.reshaped([1, 3, 56, 70]), numbers: [number])[number]).values
        }
      }
      #expect(together[number]?.values == alone.flatMap { $0 })
    }
  }

  @Test("only the hidden states that are asked for come back")
  func selected() throws {
    let pixels = try Reference("dinov2-tiny/reference.safetensors")("pixels_56x56")
    #expect(try encoder().hiddenStates(pixels, numbers: [1]).keys.sorted() == [1])
  }

  @Test("a size that is no multiple of the patch is refused")
  func oddSize() throws {
    #expect(throws: EncodingError.unsuitableSize(width: 56, height: 57, patchSize: 14)) {
      try encoder().hiddenStates(Tensor(zeros: [1, 3, 57, 56]), numbers: [1])
    }
  }

  @Test("a hidden state beyond the last block is refused")
  func missingState() throws {
    #expect(throws: EncodingError.noSuchHiddenState(number: 4, layers: 3)) {
      try encoder().hiddenStates(Tensor(zeros: [1, 3, 56, 56]), numbers: [4])
    }
  }
}
