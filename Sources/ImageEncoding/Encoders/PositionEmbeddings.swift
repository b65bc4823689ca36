import Synchronization
import Tensors

/// Learnt position embeddings of a square grid, resampled to the grid of the image at hand and remembered.
final class PositionEmbeddings: Sendable {
  /// `[1, hidden]`.
  private let classToken: Tensor
  /// `[side, side, hidden]`.
  private let patches: Tensor
  private let resampled = Mutex<[[Int]: Tensor]>([:])

  /// - Parameter embeddings: `[1, 1 + side * side, hidden]`, the class token's first.
  init(_ embeddings: Tensor, side: Int) {
    let hidden = embeddings.columns
    classToken = embeddings.rows(0..<1)
    patches = embeddings.rows(1..<1 + side * side).reshaped([side, side, hidden])
  }

  /// `[(1 + rows * columns) * hidden]`: the class token's, then the patches' row by row, bicubic where the grid differs from
  /// the one that was learnt.
  func resized(rows: Int, columns: Int) -> Tensor {
    resampled.withLock { cache in
      if let known = cache[[rows, columns]] { return known }
      let grid =
        patches.shape[0] == rows && patches.shape[1] == columns
        ? patches : patches.bicubicResized(height: rows, width: columns)
      let all = Tensor(classToken.values + grid.values, shape: [classToken.count + grid.count])
      cache[[rows, columns]] = all
      return all
    }
  }
}
