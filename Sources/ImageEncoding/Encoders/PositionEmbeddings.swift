import Synchronization
import Tensors

/// Learnt position embeddings of a square grid, resampled to the grid of the image at hand and remembered.
final class PositionEmbeddings: Sendable {
  /// `[leading, hidden]`: the class token's, and zeros for registers.
  private let leading: Tensor
  /// `[side, side, hidden]`.
  private let patches: Tensor
  private let antialiases: Bool
  private let resampled = Mutex<[[Int]: Tensor]>([:])

  /// - Parameter embeddings: `[1 + side * side, hidden]`, the class token's first, or `[side * side, hidden]`.
  init(_ embeddings: Tensor, side: Int, hasClassToken: Bool, registers: Int, antialiases: Bool) {
    let hidden = embeddings.columns
    let first = hasClassToken ? 1 : 0
    leading = Tensor(
      embeddings.rows(0..<first).values + [Float](repeating: 0, count: registers * hidden),
      shape: [first + registers, hidden])
    patches = embeddings.rows(first..<first + side * side).reshaped([side, side, hidden])
    self.antialiases = antialiases
  }

  /// `[(leading + patches) * hidden]`: those of the tokens before the patches, then the patches' row by row, bicubic where
  /// the grid differs from the one that was learnt.
  func resized(to grid: PatchGrid) -> Tensor {
    resampled.withLock { cache in
      if let known = cache[[grid.rows, grid.columns]] { return known }
      let resized =
        patches.shape[0] == grid.rows && patches.shape[1] == grid.columns
        ? patches : patches.bicubicResized(height: grid.rows, width: grid.columns, antialiases: antialiases)
      let all = Tensor(leading.values + resized.values, shape: [leading.count + resized.count])
      cache[[grid.rows, grid.columns]] = all
      return all
    }
  }
}
