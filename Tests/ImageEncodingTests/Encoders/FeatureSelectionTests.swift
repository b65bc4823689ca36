import ImageEncoding
import Tensors
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
}
