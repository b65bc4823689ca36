import ImageEncoding
import ModelFiles
import Tensors
import TestSupport
import Testing

/// States whose numbers tell where they come from: 100 * state + token.
private struct CountingEncoder: VisionEncoder {
  let hiddenSize = 2
  let layers = 3
  let patchSize = 10
  let finalNorm = LayerNorm(weight: Tensor(zeros: [2]), bias: Tensor(zeros: [2]), epsilon: 1e-6)

  func prepared(_ precision: MatrixPrecision) -> CountingEncoder { self }

  func hiddenStates(_ pixels: Tensor, numbers: Set<Int>) throws(EncodingError) -> [Int: Tensor] {
    let tokens = 1 + pixels.shape[2] / patchSize * (pixels.shape[3] / patchSize)
    var states: [Int: Tensor] = [:]
    for number in numbers {
      let values = (0..<tokens).flatMap { token -> [Float] in [Float(100 * number + token), 0] }
      states[number] = Tensor(values, shape: [1, tokens, 2])
    }
    return states
  }
}

@Suite("Feature selection")
struct FeatureSelectionTests {
  private func firstColumn(_ parts: [FeatureSelection.Part], height: Int = 40, width: Int = 20) throws -> [Float] {
    let pixels = Tensor(zeros: [1, 3, height, width])
    let features = try FeatureSelection(parts: parts).features(of: pixels, by: CountingEncoder())
    return stride(from: 0, to: features.count, by: 2).map { features.values[$0] }
  }

  @Test("parts follow one another in the order given")
  func order() throws {
    let column = try firstColumn([
      .init(hiddenState: 2, tokens: .classToken), .init(hiddenState: 1, tokens: .classToken),
    ])
    #expect(column == [200, 100])
  }

  @Test("patches come row by row without the class token")
  func patches() throws {
    #expect(
      try firstColumn([.init(hiddenState: 1, tokens: .patches(grid: nil))]) == [101, 102, 103, 104, 105, 106, 107, 108])
  }

  @Test("a grid averages equal rectangles of patches")
  func grid() throws {
    let part = FeatureSelection.Part(hiddenState: 1, tokens: .patches(grid: .init(rows: 2, columns: 1)))
    #expect(try firstColumn([part]) == [102.5, 106.5])
  }

  @Test("a grid that does not divide the patches is refused")
  func unevenGrid() {
    let part = FeatureSelection.Part(hiddenState: 1, tokens: .patches(grid: .init(rows: 3, columns: 1)))
    #expect(throws: EncodingError.unevenGrid(grid: [3, 1], patches: [4, 2])) { try firstColumn([part]) }
  }

  private func selection(_ state: Int, _ tokens: FeatureSelection.Tokens) -> FeatureSelection {
    FeatureSelection(parts: [.init(hiddenState: state, tokens: tokens)])
  }

  private func layout(
    _ selection: FeatureSelection, _ family: TinyEncoder, side: Int = 112
  ) throws -> FeatureLayout {
    try selection.layout(width: side, height: side, encoder: family.encoder())
  }

  @Test("a class token of an encoder without one is refused")
  func noClassToken() {
    #expect(throws: EncodingError.noClassToken) { try layout(selection(1, .classToken), .siglip) }
  }

  @Test("an output of the whole model is one token of the output's width")
  func outputs() throws {
    let projected = try layout(selection(3, .output(.projected)), .clip)
    #expect(projected.blocks == [.init(tokens: 1, width: 20)])
    let pooled = try layout(selection(2, .output(.pooled)), .vit)
    #expect(pooled.blocks == [.init(tokens: 1, width: 20)])
    let encoder = try TinyEncoder.clip.encoder()
    let pixels = try TinyEncoder.clip.reference("pixels_50x50")
    let features = try selection(3, .output(.projected)).features(of: pixels, by: encoder)
    let expected = try TinyEncoder.clip.reference("projected_50x50")
    #expect(features.shape == [2, 1, 20] && features.reshaped([2, 20]).distance(to: expected) < 5e-5)
  }

  @Test("an output that the encoder lacks, or asked of an earlier state, is refused")
  func missingOutput() {
    #expect(throws: EncodingError.noOutput(output: "projected")) {
      try layout(selection(2, .output(.projected)), .siglip)
    }
    #expect(throws: EncodingError.outputBeforeLastLayer(output: "pooled", number: 1, layers: 2)) {
      try layout(selection(1, .output(.pooled)), .siglip)
    }
    #expect(throws: EncodingError.noSuchHiddenState(number: 9, layers: 2)) {
      try layout(selection(9, .patches(grid: nil)), .siglip)
    }
  }

  @Test("tokens of several widths follow one another as plain numbers")
  func mixedWidths() throws {
    let mixed = FeatureSelection(parts: [
      .init(hiddenState: 3, tokens: .classToken), .init(hiddenState: 3, tokens: .output(.projected)),
    ])
    let layout = try layout(mixed, .clip)
    #expect(layout.description == "1x40 + 1x20" && layout.shape == [60])
    let encoder = try TinyEncoder.clip.encoder()
    let pixels = try TinyEncoder.clip.reference("pixels_50x50")
    let found = try mixed.features(of: pixels, by: encoder)
    #expect(found.shape == [2, 60])
    let parts = try mixed.parts.map { try FeatureSelection(parts: [$0]).features(of: pixels, by: encoder) }
    for image in 0..<2 {
      #expect(found[image].values == parts[0][image].values + parts[1][image].values)
    }
  }
}
