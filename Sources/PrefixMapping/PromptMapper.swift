package import ModelFiles
package import Tensors

/// A mapper whose result stands before the text in place of tokens, as embeddings (Lester et al. 2021, "prompt tuning";
/// Mokady et al. 2021, "ClipCap").
package protocol PromptMapper: Sendable {
  /// How the features lie that it was trained on; `nil` where it reads none.
  var featureLayout: FeatureLayout? { get }

  /// `[length, width]`: positions, and the width of the decoder's embeddings.
  var promptShape: [Int] { get }

  /// `[batch, …]` of the shape of `featureLayout` → `[batch, length, width of embeddings]`.
  ///
  /// - Parameter dropout: for training; `.none` otherwise.
  func prompts(_ features: Tensor, dropout: Dropout) -> Variable

  /// The same mapper, frozen, its matrices made ready to multiply as `plan` says: see `Linear.prepared(_:)`.
  func prepared(_ plan: MatrixPlan) -> Self
}

extension PromptMapper {
  /// `[tokens, width]` of the features that it was trained on; `nil` where it reads none.
  package var featureShape: [Int]? { featureLayout?.shape }
}
