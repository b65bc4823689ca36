package import ModelFiles
package import Tensors

/// Which tokens of which hidden states a mapper reads, in order.
package struct FeatureSelection: Sendable, Equatable {
  package enum Tokens: Sendable, Equatable {
    case classToken
    /// All patches row by row; with a grid, averaged to that many rows and columns first.
    case patches(grid: PatchGrid?)
    /// An output of the whole model, which the last hidden state alone has.
    case output(EncoderOutput)
  }

  package struct Part: Sendable, Equatable {
    package let hiddenState: Int
    package let tokens: Tokens

    package init(hiddenState: Int, tokens: Tokens) {
      self.hiddenState = hiddenState
      self.tokens = tokens
    }
  }

  package let parts: [Part]

  package init(parts: [Part]) {
    self.parts = parts
  }

  /// How the features of an image of this size in pixels lie: a block for each part.
  ///
  /// - Throws: `EncodingError` where the size, a part or a grid does not suit the encoder.
  package func layout(
    width: Int, height: Int, encoder: some VisionEncoder
  ) throws(EncodingError) -> FeatureLayout {
    var blocks: [FeatureLayout.Block] = []
    for part in parts {
      guard (0...encoder.layers).contains(part.hiddenState) else {
        throw .noSuchHiddenState(number: part.hiddenState, layers: encoder.layers)
      }
      let stateWidth = encoder.width(ofHiddenState: part.hiddenState)
      let patches = try encoder.grid(ofHiddenState: part.hiddenState, width: width, height: height)
      switch part.tokens {
      case .classToken:
        if !encoder.hasClassToken { throw .noClassToken }
        blocks.append(.init(tokens: 1, width: stateWidth))
      case .patches(let grid):
        if let grid { try check(grid, divides: patches) }
        blocks.append(.init(tokens: (grid ?? patches).count, width: stateWidth))
      case .output(let output):
        guard part.hiddenState == encoder.layers else {
          throw .outputBeforeLastLayer(output: output.rawValue, number: part.hiddenState, layers: encoder.layers)
        }
        guard let width = encoder.width(of: output) else { throw .noOutput(output: output.rawValue) }
        blocks.append(.init(tokens: 1, width: width))
      }
    }
    return FeatureLayout(blocks)
  }

  private func check(_ grid: PatchGrid, divides patches: PatchGrid) throws(EncodingError) {
    guard grid.rows > 0, grid.columns > 0, patches.rows % grid.rows == 0, patches.columns % grid.columns == 0 else {
      throw .unevenGrid(grid: [grid.rows, grid.columns], patches: [patches.rows, patches.columns])
    }
  }

  /// Encodes and selects.
  ///
  /// - Parameter pixels: `[batch, 3, height, width]`, normalised.
  /// - Returns: `[batch, tokens, width]`, or `[batch, numbers]` where parts have several widths.
  /// - Throws: `EncodingError`.
  package func features(of pixels: Tensor, by encoder: some VisionEncoder) throws(EncodingError) -> Tensor {
    let (height, width) = (pixels.shape[2], pixels.shape[3])
    let layout = try layout(width: width, height: height, encoder: encoder)
    let states = try encoder.hiddenStates(pixels, numbers: Set(parts.map(\.hiddenState)))
    let leading = (encoder.hasClassToken ? 1 : 0) + encoder.registers
    var selected: [Tensor] = []
    for part in parts {
      guard let state = states[part.hiddenState] else {
        preconditionFailure("hidden state \(part.hiddenState) was not computed")
      }
      switch part.tokens {
      case .classToken: selected.append(state.firstTokens)
      case .patches(let grid):
        let all = state.tokens(leading..<state.shape[1])
        let patches = try encoder.grid(ofHiddenState: part.hiddenState, width: width, height: height)
        selected.append(try grid.map { target throws(EncodingError) in try pool(all, patches, to: target) } ?? all)
      case .output(let output):
        guard let row = encoder.output(output, of: state) else { throw .noOutput(output: output.rawValue) }
        selected.append(row)
      }
    }
    return .joiningFeatures(selected, layout: layout)
  }

  /// Averages `[batch, rows * columns, hidden]` over equal rectangles.
  private func pool(_ x: Tensor, _ patches: PatchGrid, to grid: PatchGrid) throws(EncodingError) -> Tensor {
    try check(grid, divides: patches)
    let (batch, hidden) = (x.shape[0], x.columns)
    let (tall, wide) = (patches.rows / grid.rows, patches.columns / grid.columns)
    var out = Tensor(zeros: [batch, grid.count, hidden])
    let weight = 1 / Float(tall * wide)
    x.withUnsafeBuffer { x in
      out.withUnsafeMutableBuffer { out in
        for item in 0..<batch {
          for row in 0..<patches.rows {
            for column in 0..<patches.columns {
              let source = ((item * patches.rows + row) * patches.columns + column) * hidden
              let target = ((item * grid.rows + row / tall) * grid.columns + column / wide) * hidden
              for i in 0..<hidden { out[target + i] += weight * x[source + i] }
            }
          }
        }
      }
    }
    return out
  }
}
