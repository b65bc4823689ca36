import ModelFiles
import Tensors

/// How many patches an image has.
package struct PatchGrid: Sendable, Equatable {
  package let rows: Int
  package let columns: Int

  package init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
  }

  package var count: Int { rows * columns }
}

/// Multiplies patches by the kernel of their convolution, puts class token and registers before them, and adds
/// positions.
struct PatchEmbedding: Sendable {
  let channels, patchSize: Int
  /// Side of the images that positions were learnt at.
  let imageSize: Int
  let hasClassToken: Bool
  let registers: Int
  /// `[hidden, channels * patch * patch]`.
  private var projection: Linear
  /// `[leading, hidden]`: the class token, then registers.
  private let leading: Tensor
  private let positions: PositionEmbeddings

  struct Shape {
    let hiddenSize, channels, patchSize, imageSize: Int
    /// Whether the convolution has a bias.
    var hasBias = true
  }

  /// - Parameters:
  ///   - projection: the reader of the convolution's `weight` and `bias`.
  ///   - classToken: `[1, hidden]`.
  ///   - registers: `[registers, hidden]`; they have no positions.
  ///   - positions: `[1 + side * side, hidden]`, the class token's first; without a class token `[side * side, hidden]`.
  ///   - antialiases: whether positions are low-passed where the grid is smaller than the one that was learnt.
  init(
    _ shape: Shape, projection: WeightReader, classToken: Tensor?, registers: Tensor? = nil, positions: Tensor,
    antialiases: Bool = false
  ) throws(ModelFileError) {
    let (d, patch) = (shape.hiddenSize, shape.patchSize)
    (channels, patchSize, imageSize) = (shape.channels, patch, shape.imageSize)
    let kernel = try projection.tensor("weight", shape: [d, channels, patch, patch])
    guard Linear.supports(kernel.elementType) else {
      throw .unsupportedTensor(
        path: projection.path, key: projection.fullKey("weight"), feature: "element type \(kernel.elementType)")
    }
    self.projection = Linear(
      weight: kernel.reshaped([d, channels * patch * patch]),
      bias: shape.hasBias ? try projection.float32("bias", shape: [d]) : nil)
    hasClassToken = classToken != nil
    self.registers = registers?.rows ?? 0
    let before = [classToken, registers].compactMap(\.self)
    leading = Tensor(before.flatMap(\.values), shape: [before.reduce(0) { $0 + $1.rows }, d])
    self.positions = PositionEmbeddings(
      positions, side: imageSize / patch, hasClassToken: hasClassToken, registers: self.registers,
      antialiases: antialiases)
  }

  func prepared(_ precision: MatrixPrecision) -> PatchEmbedding {
    var prepared = self
    prepared.projection = projection.prepared(MatrixPlan(packed: precision))
    return prepared
  }

  func preparedByteCount(_ plan: MatrixPlan) -> Int { projection.preparedByteCount(plan) }

  var hiddenSize: Int { projection.outputs }

  /// The grid of an image. Its sides are multiples of the patch, or as long as those that positions were learnt at,
  /// whose remainder the convolution leaves out.
  func grid(width: Int, height: Int) throws(EncodingError) -> PatchGrid {
    func suits(_ side: Int) -> Bool { side >= patchSize && (side % patchSize == 0 || side == imageSize) }
    guard suits(width), suits(height) else {
      throw .unsuitableSize(width: width, height: height, patchSize: patchSize)
    }
    return PatchGrid(rows: height / patchSize, columns: width / patchSize)
  }

  /// `[batch, channels, height, width]` → `[batch, leading + patches, hidden]`.
  func callAsFunction(_ pixels: Tensor) -> Tensor {
    let grid = PatchGrid(rows: pixels.shape[2] / patchSize, columns: pixels.shape[3] / patchSize)
    let (batch, before, hiddenSize) = (pixels.shape[0], leading.rows, hiddenSize)
    let projected = projection(unfold(pixels, grid: grid))
    let positions = positions.resized(to: grid)
    var x = Tensor(uninitialized: [batch, before + grid.count, hiddenSize])
    projected.withPointer { projected in
      leading.withPointer { leading in
        x.withMutablePointer { x in
          for item in 0..<batch {
            let target = x + item * (before + grid.count) * hiddenSize
            target.update(from: leading, count: before * hiddenSize)
            (target + before * hiddenSize).update(
              from: projected + item * grid.count * hiddenSize, count: grid.count * hiddenSize)
          }
        }
      }
    }
    // One long row an image: positions are its bias.
    var rows = x.reshaped([batch, (before + grid.count) * hiddenSize])
    rows.addBias(positions)
    return rows.reshaped(x.shape)
  }

  /// Patches as rows: `[batch, channels, height, width]` → `[batch * patches, channels * patch * patch]`.
  private func unfold(_ pixels: Tensor, grid: PatchGrid) -> Tensor {
    let (batch, channels, height, width) = (pixels.shape[0], pixels.shape[1], pixels.shape[2], pixels.shape[3])
    let patch = patchSize
    var out = Tensor(uninitialized: [batch * grid.count, channels * patch * patch])
    pixels.withPointer { pixels in
      out.withMutablePointer { out in
        var target = out
        for item in 0..<batch {
          for row in 0..<grid.rows {
            for column in 0..<grid.columns {
              for channel in 0..<channels {
                let corner = ((item * channels + channel) * height + row * patch) * width + column * patch
                for y in 0..<patch {
                  target.update(from: pixels + corner + y * width, count: patch)
                  target += patch
                }
              }
            }
          }
        }
      }
    }
    return out
  }
}
