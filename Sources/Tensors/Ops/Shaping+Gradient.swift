extension Variable {
  /// The same numbers under another shape.
  package func reshaped(_ newShape: [Int]) -> Variable {
    .recorded(value.reshaped(newShape), inputs: [node]) { [node] gradient in node?.accumulate(gradient) }
  }

  /// Rows `range` of a variable seen as `[rows, columns]`.
  package func rows(_ range: Range<Int>) -> Variable {
    let columns = value.columns
    return .recorded(value.rows(range), inputs: [node]) { [node] gradient in
      node?.accumulate { sum in
        gradient.withPointer { addRows($0, count: gradient.count, to: sum + range.lowerBound * columns) }
      }
    }
  }

  /// Rows of a variable seen as `[rows, columns]`, in any order and as often as they are named: `[indices.count, columns]`.
  package func rows(_ indices: [Int]) -> Variable {
    let (rows, columns) = (value.rows, value.columns)
    precondition(indices.allSatisfy { (0..<rows).contains($0) }, "rows \(indices) of \(shape)")
    var out = Tensor(uninitialized: [indices.count, columns])
    value.withPointer { x in
      out.withMutablePointer { out in
        for (row, index) in indices.enumerated() {
          (out + row * columns).update(from: x + index * columns, count: columns)
        }
      }
    }
    return .recorded(out, inputs: [node]) { [node] gradient in
      node?.accumulate { sum in
        gradient.withPointer { gradient in
          for (row, index) in indices.enumerated() {
            addRows(gradient + row * columns, count: columns, to: sum + index * columns)
          }
        }
      }
    }
  }

  /// `count` copies along a new outermost dimension.
  package func repeated(_ count: Int) -> Variable {
    let size = value.count
    var out = Tensor(uninitialized: [count] + shape)
    value.withPointer { x in
      out.withMutablePointer { out in for item in 0..<count { (out + item * size).update(from: x, count: size) } }
    }
    return .recorded(out, inputs: [node]) { [node] gradient in
      node?.accumulate { sum in
        gradient.withPointer { gradient in
          for item in 0..<count { addRows(gradient + item * size, count: size, to: sum) }
        }
      }
    }
  }

  /// Tokens `range` of each item of `[batch, tokens, width]`.
  package func tokens(_ range: Range<Int>) -> Variable {
    precondition(shape.count == 3 && range.upperBound <= shape[1], "tokens \(range) of \(shape)")
    let (batch, tokens, width) = (shape[0], shape[1], shape[2])
    let size = range.count * width
    var out = Tensor(uninitialized: [batch, range.count, width])
    value.withPointer { x in
      out.withMutablePointer { out in
        for item in 0..<batch {
          (out + item * size).update(from: x + (item * tokens + range.lowerBound) * width, count: size)
        }
      }
    }
    return .recorded(out, inputs: [node]) { [node] gradient in
      node?.accumulate { sum in
        gradient.withPointer { gradient in
          for item in 0..<batch {
            addRows(gradient + item * size, count: size, to: sum + (item * tokens + range.lowerBound) * width)
          }
        }
      }
    }
  }

  /// Items' tokens one after the other: `[batch, n, width]` each → `[batch, sum of n, width]`.
  package static func concatenatedTokens(_ parts: [Variable]) -> Variable {
    precondition(!parts.isEmpty && parts.allSatisfy { $0.shape.count == 3 }, "parts [batch, tokens, width]")
    let (batch, width) = (parts[0].shape[0], parts[0].shape[2])
    let total = parts.reduce(0) { $0 + $1.shape[1] }
    let starts = parts.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.shape[1]) }
    var out = Tensor(uninitialized: [batch, total, width])
    for (part, start) in zip(parts, starts) {
      let size = part.shape[1] * width
      part.value.withPointer { x in
        out.withMutablePointer { out in
          for item in 0..<batch {
            (out + (item * total + start) * width).update(from: x + item * size, count: size)
          }
        }
      }
    }
    return .recorded(out, inputs: parts.map(\.node)) { gradient in
      for (part, start) in zip(parts, starts) {
        let size = part.shape[1] * width
        part.node?.accumulate { sum in
          gradient.withPointer { gradient in
            for item in 0..<batch {
              addRows(gradient + (item * total + start) * width, count: size, to: sum + item * size)
            }
          }
        }
      }
    }
  }

  /// `[batch, a, b, width]` → `[batch, b, a, width]`.
  package func swappedMiddleDimensions() -> Variable {
    .recorded(value.swappedMiddleDimensions(), inputs: [node]) { [node] gradient in
      node?.accumulate(gradient.swappedMiddleDimensions())
    }
  }
}

extension Tensor {
  /// `[batch, a, b, width]` → `[batch, b, a, width]`.
  package func swappedMiddleDimensions() -> Tensor {
    precondition(shape.count == 4, "four dimensions, not \(shape)")
    let (batch, a, b, width) = (shape[0], shape[1], shape[2], shape[3])
    var out = Tensor(uninitialized: [batch, b, a, width])
    withPointer { x in
      out.withMutablePointer { out in
        for item in 0..<batch {
          for i in 0..<a {
            for j in 0..<b {
              (out + ((item * b + j) * a + i) * width)
                .update(from: x + ((item * a + i) * b + j) * width, count: width)
            }
          }
        }
      }
    }
    return out
  }
}
