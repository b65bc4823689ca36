package import ModelFiles
package import Tensors
package import TextDecoding

/// A mapper that turns image features into keys and values of every layer.
package protocol PrefixMapper: Sendable {
  /// The layout of the features that it was trained on; `nil` where it reads none.
  var featureLayout: FeatureLayout? { get }

  /// The shape of its prefixes, their length included.
  var prefixShape: Prefix.Shape { get }

  /// Prefixes of a batch, stacked: `[batch, …]`, each of the shape of `featureLayout` →
  /// `[batch, layers, 2, keyValueHeads, length, headDimension]`.
  ///
  /// - Parameter dropout: the dropout of training; `.none` otherwise.
  /// - Precondition: `features` agrees with `featureLayout`.
  func keysValues(_ features: Tensor, dropout: Dropout) -> Variable

  /// The same mapper, frozen, its matrices made ready to multiply as `plan` says: see `Linear.prepared(_:)`.
  func prepared(_ plan: MatrixPlan) -> Self
}

extension PrefixMapper {
  /// The shape of the features that it was trained on: `[tokens, width]`, or `[numbers]` where tokens have several
  /// widths; `nil` where it reads none.
  package var featureShape: [Int]? { featureLayout?.shape }

  /// - Parameters:
  ///   - features: `[batch, …]`, of the shape of `featureLayout`.
  ///   - dropout: the dropout of training; none otherwise.
  /// - Returns: one prefix for each item of the batch.
  /// - Precondition: `features` agrees with `featureLayout`.
  package func prefixes(_ features: Tensor, dropout: Dropout = .none) -> [Prefix] {
    let stacked = keysValues(features, dropout: dropout).value
    let items = stacked.reshaped([stacked.shape[0], prefixShape.dimensions.reduce(1, *)])
    return (0..<stacked.shape[0]).map {
      Prefix(keysValues: items.rows($0..<$0 + 1).reshaped(prefixShape.dimensions))
    }
  }
}
