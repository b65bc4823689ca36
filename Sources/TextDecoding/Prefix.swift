package import Tensors

/// The keys and values for every layer that tell a decoder about an image (Li & Liang 2021, "Prefix-Tuning").
///
/// Keys are stored *after* the rotary embedding for positions `0 ..< length`, in Hugging Face's rotate-half order of
/// the head dimension; the text that follows starts at position `length`.
package struct Prefix: Sendable {
  package let shape: Shape
  /// `[layers, 2, keyValueHeads, length, headDimension]`; index 0 of the second dimension holds keys, 1 values.
  package let keysValues: Tensor
  /// The decoder's logits for the token right after it, `[vocabulary]`, for text without a start token (ClipCap's);
  /// `nil` where they are not known.
  package let nextLogits: Tensor?

  /// The dimensions in which a prefix has to agree with its decoder, and its length.
  package struct Shape: Sendable, Equatable {
    package let layers: Int
    package let keyValueHeads: Int
    package let headDimension: Int
    /// The length in tokens; each row of a batch may have its own.
    package let length: Int

    package init(layers: Int, keyValueHeads: Int, headDimension: Int, length: Int) {
      self.layers = layers
      self.keyValueHeads = keyValueHeads
      self.headDimension = headDimension
      self.length = length
    }

    /// `[layers, 2, keyValueHeads, length, headDimension]`.
    package var dimensions: [Int] { [layers, 2, keyValueHeads, length, headDimension] }

    /// Whether the two shapes agree in all but length.
    package func fits(_ other: Shape) -> Bool {
      layers == other.layers && keyValueHeads == other.keyValueHeads && headDimension == other.headDimension
    }
  }

  /// - Precondition: `keysValues` has five dimensions, the second of which is 2.
  package init(keysValues: Tensor, nextLogits: Tensor? = nil) {
    let dimensions = keysValues.shape
    precondition(dimensions.count == 5 && dimensions[1] == 2, "no prefix: \(dimensions)")
    self.keysValues = keysValues
    self.nextLogits = nextLogits
    shape = Shape(
      layers: dimensions[0], keyValueHeads: dimensions[2], headDimension: dimensions[4], length: dimensions[3])
  }

  package var length: Int { shape.length }
}
