public import Tensors

/// Which tokens of which hidden states a mapper reads, in order.
public struct FeatureSelection: Sendable, Equatable {
  public enum Tokens: Sendable, Equatable {
    case classToken
    /// All patches row by row; with a grid, averaged to that many rows and columns first.
    case patches(grid: Grid?)
  }

  public struct Grid: Sendable, Equatable {
    public let rows: Int
    public let columns: Int

    public init(rows: Int, columns: Int) {
      self.rows = rows
      self.columns = columns
    }
  }

  public struct Part: Sendable, Equatable {
    public let hiddenState: Int
    public let tokens: Tokens

    public init(hiddenState: Int, tokens: Tokens) {
      self.hiddenState = hiddenState
      self.tokens = tokens
    }
  }

  public let parts: [Part]

  public init(parts: [Part]) {
    self.parts = parts
  }

  /// How many tokens the parts have together for images of this size in pixels.
  ///
  /// - Throws: `EncodingError` where the size does not suit the patches, or the patches a grid.
  public func tokenCount(width: Int, height: Int, patchSize: Int) throws(EncodingError) -> Int {
    guard width > 0, height > 0, width % patchSize == 0, height % patchSize == 0 else {
      throw .unsuitableSize(width: width, height: height, patchSize: patchSize)
    }
    let patches = Grid(rows: height / patchSize, columns: width / patchSize)
    var count = 0
    for part in parts {
      switch part.tokens {
      case .classToken: count += 1
      case .patches(let grid):
        if let grid { try check(grid, divides: patches) }
        count += (grid ?? patches).rows * (grid ?? patches).columns
      }
    }
    return count
  }

  private func check(_ grid: Grid, divides patches: Grid) throws(EncodingError) {
    guard grid.rows > 0, grid.columns > 0, patches.rows % grid.rows == 0, patches.columns % grid.columns == 0 else {
      throw .unevenGrid(grid: [grid.rows, grid.columns], patches: [patches.rows, patches.columns])
    }
  }

  /// Encodes and selects.
  ///
  /// - Parameter pixels: `[batch, 3, height, width]`, normalised.
  /// - Returns: `[batch, tokens, hiddenSize]`.
  /// - Throws: `EncodingError`.
  public func features(of pixels: Tensor, by encoder: some VisionEncoder) throws(EncodingError) -> Tensor {
    let states = try encoder.hiddenStates(pixels, numbers: Set(parts.map(\.hiddenState)))
    let patches = Grid(rows: pixels.shape[2] / encoder.patchSize, columns: pixels.shape[3] / encoder.patchSize)
    return try select(from: states, patches: patches)
  }

  /// - Parameters:
  ///   - states: `[batch, 1 + patches, hidden]` by number, each one that a part names.
  ///   - patches: the grid of the image.
  /// - Throws: `EncodingError.unevenGrid`.
  func select(from states: [Int: Tensor], patches: Grid) throws(EncodingError) -> Tensor {
    var selected: [Tensor] = []
    for part in parts {
      guard let state = states[part.hiddenState] else {
        preconditionFailure("hidden state \(part.hiddenState) was not computed")
      }
      switch part.tokens {
      case .classToken: selected.append(state.tokens(0..<1))
      case .patches(let grid):
        let all = state.tokens(1..<state.shape[1])
        selected.append(try grid.map { target throws(EncodingError) in try pool(all, patches, to: target) } ?? all)
      }
    }
    return .concatenatingTokens(selected)
  }

  /// Averages `[batch, rows * columns, hidden]` over equal rectangles.
  private func pool(_ x: Tensor, _ patches: Grid, to grid: Grid) throws(EncodingError) -> Tensor {
    try check(grid, divides: patches)
    let (batch, hidden) = (x.shape[0], x.columns)
    let (tall, wide) = (patches.rows / grid.rows, patches.columns / grid.columns)
    var out = Tensor(zeros: [batch, grid.rows * grid.columns, hidden])
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

extension Tensor {
  /// Tokens `range` of each item of `[batch, tokens, hidden]`.
  fileprivate func tokens(_ range: Range<Int>) -> Tensor {
    var out = Tensor(uninitialized: [shape[0], range.count, columns])
    out.copyTokens(from: self, range, to: 0)
    return out
  }

  /// `[batch, n1, hidden]`, `[batch, n2, hidden]`, … → `[batch, n1 + n2 + …, hidden]`.
  fileprivate static func concatenatingTokens(_ tensors: [Tensor]) -> Tensor {
    guard let first = tensors.first else { return Tensor(zeros: [0, 0, 0]) }
    var out = Tensor(uninitialized: [first.shape[0], tensors.reduce(0) { $0 + $1.shape[1] }, first.columns])
    var position = 0
    for tensor in tensors {
      out.copyTokens(from: tensor, 0..<tensor.shape[1], to: position)
      position += tensor.shape[1]
    }
    return out
  }

  private mutating func copyTokens(from source: Tensor, _ range: Range<Int>, to position: Int) {
    let (batch, hidden) = (shape[0], columns)
    let (sourceTokens, targetTokens) = (source.shape[1], shape[1])
    source.withUnsafeBuffer { source in
      withUnsafeMutableBuffer { target in
        for item in 0..<batch {
          let from = (item * sourceTokens + range.lowerBound) * hidden
          let to = (item * targetTokens + position) * hidden
          _ = target[to..<to + range.count * hidden].update(fromContentsOf: source[from..<from + range.count * hidden])
        }
      }
    }
  }
}
