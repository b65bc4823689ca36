package import Tensors
package import TextDecoding

extension Captioner {
  /// The view of each image by the captioner's confidence model; `nil` where it has none.
  ///
  /// - Parameter features: `[images, tokens, width]`.
  package func views(of features: Tensor) -> [PhotoView?] {
    guard let confidenceModel else { return [PhotoView?](repeating: nil, count: features.shape[0]) }
    return extractor.pooledVectors(of: features).map { confidenceModel.view(of: $0) }
  }

  /// How far a caption can be trusted, and whether it is to be given.
  package func judgement(of sequence: GeneratedSequence, view: PhotoView?) -> CaptionJudgement {
    let tokens = sequence.tokenLogProbabilities
    var judgement = CaptionJudgement(
      confidence: sequence.confidence, logProbability: sequence.meanLogProbability)
    if let confidenceModel, let view {
      judgement.confidence = confidenceModel.confidence(tokens: tokens, view: view)
      if !confidenceModel.isPhoto(view) { judgement.reason = .notAPhoto }
    }
    if judgement.reason == nil && judgement.confidence < certainty.minimumConfidence {
      judgement.reason = .lowConfidence
    }
    if certainty.always { judgement.reason = nil }
    return judgement
  }
}
