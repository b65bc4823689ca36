public import Tensors
public import TextDecoding

/// The part that is trained: image features in, per-layer keys and values out.
public protocol PrefixMapper: Sendable {
  /// `[tokens, width]` of the features that it was trained on.
  var featureShape: [Int] { get }

  /// What its prefixes look like, their length included.
  var prefixShape: Prefix.Shape { get }

  /// - Parameter features: `[batch, tokens, width]`.
  /// - Returns: one prefix for each item of the batch.
  /// - Precondition: `features` agrees with `featureShape`.
  func prefixes(_ features: Tensor) -> [Prefix]
}
