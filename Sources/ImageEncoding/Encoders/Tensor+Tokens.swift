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

  /// The result of `body` for each item `[1, …]`, several at once: the result for one does not depend on the others.
  func mappingItems(_ body: @Sendable (Tensor) -> Tensor) -> Tensor {
    shape[0] == 1 ? body(self) : .joiningItems(Threads.map(shape[0]) { body(item($0)) })
  }

  /// The hidden states that `body` finds for a batch, by number. As many items as there are threads are computed side
  /// by side: one image's rows stay in a core's caches where those of a batch do not.
  func mappingStates(_ body: @Sendable (Tensor) -> [Int: Tensor]) -> [Int: Tensor] {
    if shape[0] == 1 || shape[0] < Threads.count { return body(self) }
    let items = Threads.map(shape[0]) { body(item($0)) }
    let numbers = items.first?.keys.sorted() ?? []
    return Dictionary(
      uniqueKeysWithValues: numbers.map { number in (number, .joiningItems(items.compactMap { $0[number] })) })
  }

  /// `[batch, tokens, hidden]` → `[batch, 1, hidden]`.
  var meanOfTokens: Tensor {
    let (tokens, hidden) = (shape[1], columns)
    var out = Tensor(zeros: [shape[0], 1, hidden])
    withUnsafeBuffer { x in
      out.withUnsafeMutableBuffer { out in
        for item in 0..<shape[0] {
          for token in 0..<tokens {
            for i in 0..<hidden { out[item * hidden + i] += x[(item * tokens + token) * hidden + i] }
          }
          for i in 0..<hidden { out[item * hidden + i] /= Float(tokens) }
        }
      }
    }
    return out
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
