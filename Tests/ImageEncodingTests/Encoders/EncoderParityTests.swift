import ImageEncoding
import Tensors
import TestSupport
import Testing

/// Every family against transformers, in float64.
@Suite("Encoders of all families")
struct EncoderParityTests {
  /// PyTorch's float32 is up to 5.7e-6 from the float64 references, whose numbers reach 9; ours sums in another order.
  private static let tolerance: Float = 5e-5

  @Test(
    "all hidden states and outputs equal transformers', at the trained size and at others",
    arguments: TinyEncoder.allCases)
  func parity(family: TinyEncoder) throws {
    let (encoder, reference) = (try family.encoder(), try family.reference)
    for size in family.sizes {
      let pixels = try reference("pixels_\(size)")
      let states = try encoder.hiddenStates(pixels, numbers: Set(0...encoder.layers))
      for number in 0...encoder.layers {
        let state = try #require(states[number])
        #expect(
          try state.distance(to: reference("hidden_state_\(number)_\(size)")) < Self.tolerance, "\(number) \(size)")
      }
      let last = try #require(states[encoder.layers])
      let normed = encoder.lastHiddenState(of: last)
      #expect(try normed.distance(to: reference("last_hidden_state_\(size)")) < Self.tolerance, "\(size)")
      for output in [EncoderOutput.pooled, .projected, .logits] {
        let width = encoder.width(of: output)
        let only: TinyEncoder? = [.projected: .clip, .logits: .efficientNetLite][output]
        #expect((width != nil) == (only == nil || only == family))
        guard let width else { continue }
        let row = try #require(encoder.output(output, of: last))
        let expected = try reference("\(output.rawValue)_\(size)")
        #expect(row.shape == [2, 1, width])
        #expect(row.reshaped([2, width]).distance(to: expected) < Self.tolerance, "\(output) \(size)")
      }
    }
  }

  @Test(
    "laid out for products in f32, bf16 and int8 it stays as near to transformers as the rounding allows",
    arguments: TinyEncoder.allCases, [(MatrixPrecision.f32, Float(1e-5)), (.bf16, 0.03), (.int8, 0.06)])
  func precisions(family: TinyEncoder, rounding: (precision: MatrixPrecision, tolerance: Float)) throws {
    let encoder = try family.encoder().prepared(rounding.precision)
    let (reference, size) = (try family.reference, family.sizes[0])
    let state = try encoder.lastState(try reference("pixels_\(size)"))
    let pooled = try #require(encoder.output(.pooled, of: state))
    let expected = try reference("pooled_\(size)")
    // Some dozen roundings by 2^-9 of a number, or by up to 1/254 of its row's largest, which partly cancel.
    for (found, expected) in [
      (state, try reference("hidden_state_\(encoder.layers)_\(size)")), (pooled.reshaped(expected.shape), expected),
    ] {
      let distance = found.relativeDistance(to: expected)
      #expect(distance < rounding.tolerance)
      #expect(rounding.precision == .f32 || distance > 1e-4, "nothing was rounded")
    }
  }

  @Test("images of a batch have the outputs that each has alone, bit for bit", arguments: TinyEncoder.allCases)
  func batch(family: TinyEncoder) throws {
    // Laid out: sums run in another order than of a matrix as it is stored.
    let encoder = try family.encoder().prepared(.bf16)
    let images = (0..<4).map { Tensor.random([3, 112, 112], seed: UInt64($0)) }
    let together = try KernelSettings.with(threads: 2) {
      try #require(try encoder.output(.pooled, of: encoder.lastState(.stacked(images))))
    }
    let alone = try images.map { image in
      try KernelSettings.with {
        try #require(try encoder.output(.pooled, of: encoder.lastState(image.reshaped([1, 3, 112, 112])))).values
      }
    }
    #expect(together.values == alone.flatMap { $0 })
  }

  /// How each family's tensors are called where the model is a part of a larger one, or is not.
  private static let renamings: [(TinyEncoder, @Sendable (String) -> String)] = [
    (.vit, { "vit.\($0)" }),
    (.clip, { $0.hasPrefix("vision_model.") ? String($0.dropFirst("vision_model.".count)) : $0 }),
    (.siglip, { $0.hasPrefix("vision_model.") ? String($0.dropFirst("vision_model.".count)) : $0 }),
    (.registers, { "dinov2_with_registers.\($0)" }),
    (.swiGLU, { "dinov2.\($0)" }),
  ]

  @Test("names with and without the path of a larger model are read", arguments: renamings.indices)
  func layouts(index: Int) throws {
    let (family, renaming) = Self.renamings[index]
    let pixels = try family.reference("pixels_\(family.sizes[0])")
    let (usual, other) = (try family.encoder(), try family.encoder(renaming))
    let (expected, found) = try KernelSettings.with { (try usual.lastState(pixels), try other.lastState(pixels)) }
    #expect(found.values == expected.values)
  }

  @Test("weights without pooler or projection make an encoder without that output")
  func withoutHeads() throws {
    #expect(try TinyEncoder.vit.encoder { $0.hasPrefix("pooler") ? nil : $0 }.width(of: .pooled) == nil)
    #expect(try TinyEncoder.clip.encoder { $0.hasPrefix("visual_projection") ? nil : $0 }.width(of: .projected) == nil)
  }

  @Test("registers are no patches, and a family without class token has all of its tokens as patches")
  func patches() throws {
    for (family, leading) in [(TinyEncoder.registers, 4), (.siglip, 0), (.vit, 1)] {
      let (encoder, pixels) = (try family.encoder(), try family.reference("pixels_\(family.sizes[1])"))
      let selection = FeatureSelection(parts: [.init(hiddenState: 1, tokens: .patches(grid: nil))])
      let found = try KernelSettings.with { try selection.features(of: pixels, by: encoder) }
      let state = try KernelSettings.with { try #require(try encoder.hiddenStates(pixels, numbers: [1])[1]) }
      let grid = try encoder.grid(width: pixels.shape[3], height: pixels.shape[2])
      #expect(state.shape[1] == leading + grid.count)
      #expect(found[0].values == Array(state[0].values.dropFirst(leading * encoder.hiddenSize)))
    }
  }

  @Test("the trained size is read though patches do not fill it; other sizes that they do not fill are refused")
  func sizes() throws {
    let encoder = try TinyEncoder.siglip.encoder()
    #expect(try encoder.grid(width: 50, height: 50) == PatchGrid(rows: 3, columns: 3))
    #expect(throws: EncodingError.unsuitableSize(width: 51, height: 50, patchSize: 14)) {
      try encoder.hiddenStates(Tensor(zeros: [1, 3, 50, 51]), numbers: [0])
    }
  }
}
