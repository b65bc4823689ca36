import ModelFiles
import Tensors

/// The features of images as they are, and of variants of them.
struct FeatureVariants: Sendable {
  let original: any FeatureSource
  /// The features of variants 1, 2 and so on, of the same shape.
  let changed: [any FeatureSource]

  /// The features of the drawn variant of each image, `[images, tokens, width]`.
  func batch(_ images: [(image: FileHash, draw: BatchSampler.Draw)]) throws -> Tensor {
    var batch = Tensor(uninitialized: [images.count] + original.shape)
    let size = original.shape.reduce(1, *)
    try batch.withUnsafeMutableBuffer { buffer in
      for (index, item) in images.enumerated() {
        let source = item.draw.variant == 0 ? original : changed[item.draw.variant - 1]
        try source.read(
          item.image, flipped: item.draw.isFlipped,
          into: UnsafeMutableBufferPointer(rebasing: buffer[index * size..<(index + 1) * size]))
      }
    }
    return batch
  }
}
