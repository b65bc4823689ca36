import Tensors

extension Tensor {
  /// Item `index` of the outermost dimension, which remains as 1.
  func item(_ index: Int) -> Tensor {
    reshaped([shape[0], count / max(shape[0], 1)]).rows(index..<index + 1).reshaped([1] + shape.dropFirst())
  }

  /// `[1, …]` each → `[items, …]`.
  static func joiningItems(_ items: [Tensor]) -> Tensor {
    let stacked = Tensor.stacked(items)
    return stacked.reshaped([stacked.shape[0]] + stacked.shape.dropFirst(2))
  }

  /// What `body` makes of each item `[1, …]`, several at once: what becomes of one does not depend on the others.
  func mappingItems(_ body: @Sendable (Tensor) -> Tensor) -> Tensor {
    shape[0] == 1 ? body(self) : .joiningItems(Threads.map(shape[0]) { body(item($0)) })
  }

  /// The first token of each item: `[batch, tokens, hidden]` → `[batch, 1, hidden]`.
  var firstTokens: Tensor { tokens(0..<1) }

  /// Tokens `range` of each item of `[batch, tokens, hidden]`.
  func tokens(_ range: Range<Int>) -> Tensor {
    var out = Tensor(uninitialized: [shape[0], range.count, columns])
    out.copyTokens(from: self, range, to: 0)
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
