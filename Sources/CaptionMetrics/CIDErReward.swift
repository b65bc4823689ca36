/// CIDEr-D as a reward for training: for many captions of images whose references, and the frequencies of their
/// n-grams, never change.
///
/// The arithmetic is that of `CaptionScorer`. But here the end of a caption counts as a word, in references and in
/// captions that are complete: without it captions that break off in the middle ("a dog on a") score best (Hu et al.
/// 2023, "A request for clarity over the end of sequence token in the self-critical sequence training").
package struct CIDErReward: Sendable {
  /// A caption to be rewarded.
  package struct Candidate: Sendable {
    package let text: String
    /// Whether the caption came to its end, rather than being cut at the longest length.
    package let isComplete: Bool

    package init(text: String, isComplete: Bool) {
      self.text = text
      self.isComplete = isComplete
    }
  }

  /// The number of a caption's end, which no word has.
  private static let end = Int32.max

  /// The words of each image's references. Their vectors are made when an image is asked for: that takes less time than
  /// tokenising them, and vectors of all references at once would be a few kilobytes each.
  private let references: [[[Int32]]]
  private let vocabulary: Vocabulary
  private let frequencies: DocumentFrequencies

  /// - Parameter references: the captions of each image; those of all images give the frequencies.
  /// - Throws: `CaptionMetricsError` for no images, or one without references. Images need not differ in name.
  package init(references images: [(id: String, captions: [String])]) throws(CaptionMetricsError) {
    if images.isEmpty { throw .noCaptions }
    var vocabulary = Vocabulary()
    var references: [[[Int32]]] = []
    references.reserveCapacity(images.count)
    for image in images {
      if image.captions.isEmpty { throw .noReferences(id: image.id) }
      references.append(
        image.captions.map { TokenizedCaption($0) { vocabulary.insert($0) }.words + [Self.end] })
    }
    self.references = references
    self.vocabulary = vocabulary
    frequencies = DocumentFrequencies(references.lazy.map { $0.map { NGramCounts($0) } })
  }

  package var imageCount: Int { references.count }

  /// CIDEr-D of captions of one image, each from 0 to 10.
  ///
  /// - Parameter image: the image's index among the references.
  package func scores(of candidates: [Candidate], image: Int) -> [Double] {
    let vectors = references[image].map { CIDErVector(NGramCounts($0), frequencies: frequencies) }
    return candidates.map { candidate in
      let words = vocabulary.tokenize(candidate.text).words + (candidate.isComplete ? [Self.end] : [])
      return CIDErVector(NGramCounts(words), frequencies: frequencies).scores(references: vectors).clipped
    }
  }
}
