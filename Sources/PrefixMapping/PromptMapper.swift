package import ModelFiles
package import Tensors

/// A mapper whose output is embeddings that stand before the text in place of tokens (Lester et al. 2021, "prompt
/// tuning"; Mokady et al. 2021, "ClipCap").
package protocol PromptMapper: Sendable {
  /// The layout of the features that it was trained on; `nil` where it reads none.
  var featureLayout: FeatureLayout? { get }

  /// `[length, width]`: the number of positions, and the width of the decoder's embeddings.
  var promptShape: [Int] { get }

  /// `[batch, …]` of the shape of `featureLayout` → `[batch, length, width of embeddings]`.
  ///
  /// - Parameter dropout: the dropout of training; `.none` otherwise.
  func prompts(_ features: Tensor, dropout: Dropout) -> Variable

  /// The same mapper, frozen, its matrices made ready to multiply as `plan` says: see `Linear.prepared(_:)`.
  func prepared(_ plan: MatrixPlan) -> Self
}

extension PromptMapper {
  /// The shape `[tokens, width]` of the features that it was trained on; `nil` where it reads none.
  package var featureShape: [Int]? { featureLayout?.shape }
}
