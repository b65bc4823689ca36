package import ModelFiles
package import Tensors
import TextDecoding

/// An image with captions, ready to be learnt from.
package struct TrainingExample: Sendable {
  /// The name for people and in predictions.
  package let name: String
  /// The hash under which its features are found.
  package let image: FileHash
  /// Captions as token ids, start and stop tokens included.
  package let captions: [[Int]]
  /// How many of the first tokens of each caption are given, not predicted, as the input of a text task is; `nil` where
  /// only the start token is.
  package let given: [Int]?
  /// Captions as people wrote them, against which generated ones are scored.
  package let references: [String]

  package init(name: String, image: FileHash, captions: [[Int]], given: [Int]? = nil, references: [String]) {
    self.name = name
    self.image = image
    self.captions = captions
    self.given = given
    self.references = references
  }
}

/// A source of the features of images.
package protocol FeatureSource: Sendable {
  /// The shape of an image's features: `[tokens, width]`, or `[numbers]` where tokens have several widths.
  var shape: [Int] { get }

  /// Writes the features of an image, or of its mirror image.
  ///
  /// - Parameter destination: room for all numbers.
  /// - Throws: an error where there are none, or they cannot be read.
  func read(_ image: FileHash, flipped: Bool, into destination: UnsafeMutableBufferPointer<Float>) throws
}

extension FeatureSource {
  /// `[images, …]`, each of `shape`.
  package func batch(_ images: [(image: FileHash, isFlipped: Bool)]) throws -> Tensor {
    var batch = Tensor(uninitialized: [images.count] + shape)
    let size = shape.reduce(1, *)
    try batch.withUnsafeMutableBuffer { buffer in
      for (index, item) in images.enumerated() {
        try read(
          item.image, flipped: item.isFlipped,
          into: UnsafeMutableBufferPointer(rebasing: buffer[index * size..<(index + 1) * size]))
      }
    }
    return batch
  }

  /// Reads the features of images as they are, `size` images at a time.
  ///
  /// - Parameter body: gets the range of a part of them, and its features, `[images, …]`.
  package func forEachBatch(of images: [FileHash], size: Int, _ body: (Range<Int>, Tensor) throws -> Void) throws {
    for start in stride(from: 0, to: images.count, by: size) {
      let part = start..<min(start + size, images.count)
      try body(part, batch(images[part].map { ($0, false) }))
    }
  }
}

/// The features of a task without images: none, for any text.
package struct NoFeatures: FeatureSource {
  package init() {}

  package var shape: [Int] { [0, 0] }

  package func read(_ image: FileHash, flipped: Bool, into destination: UnsafeMutableBufferPointer<Float>) {}
}

extension PackedCaptions {
  /// Some captions of each of some examples.
  init(_ examples: [(example: TrainingExample, captions: [Int])]) {
    let isGiven = examples.contains { $0.example.given != nil }
    self.init(
      examples.map { item in item.captions.map { item.example.captions[$0] } },
      given: isGiven ? examples.map { item in item.captions.map { item.example.given?[$0] ?? 1 } } : nil)
  }
}
