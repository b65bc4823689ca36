/// A candidate caption and what people wrote of the same image.
package struct ScoredCaption: Sendable, Equatable {
  package let id: String
  package let candidate: String
  package let references: [String]
  /// The dataset's labels for what is in the image; empty where it has none.
  package let labels: [String]

  package init(id: String, candidate: String, references: [String], labels: [String] = []) {
    self.id = id
    self.candidate = candidate
    self.references = references
    self.labels = labels
  }
}

/// Scores of a set of captions, as pycocoevalcap 1.2 computes them.
///
/// All lie between 0 and 1, but CIDEr's, which lie between 0 and 10.
package struct CaptionScores: Sendable, Equatable, Codable {
  /// BLEU-1…4 of the whole set: n-gram counts and lengths are summed before they are divided (Papineni et al. 2002).
  package let bleu: [Double]
  /// Mean of the images' ROUGE-L.
  package let rougeL: Double
  /// Mean of the images' `ImageScores.cider`.
  package let cider: Double
  /// Mean of the images' `ImageScores.plainCIDEr`.
  package let plainCIDEr: Double
  /// The scores of each image, in the order of the references.
  package let perImage: [ImageScores]
}

/// Scores of one image's caption.
package struct ImageScores: Sendable, Equatable, Codable {
  package let id: String
  package let candidate: String
  /// BLEU-1…4 of this caption alone.
  package let bleu: [Double]
  /// ROUGE-L (Lin 2004) with β = 1.2 and precision and recall each the best over the references.
  package let rougeL: Double
  /// What pycocoevalcap calls CIDEr and everybody reports: the paper's CIDEr-D (Vedantam et al. 2015, section 6), with
  /// clipped n-gram weights and a Gaussian penalty (σ = 6) on the difference in length, times 10.
  package let cider: Double
  /// The paper's CIDEr without clipping and penalty (equations 2 to 4), times 10 for the same scale; words are not
  /// stemmed.
  package let plainCIDEr: Double
}
