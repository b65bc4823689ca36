/// Scores candidates against references that are read once: what a training loop asks after every validation.
package struct CaptionScorer: Sendable {
  private struct Image: Sendable {
    let id: String
    let tokens: [[Int32]]
    let bleu: BLEUReferences
    let cider: [CIDErVector]
  }

  private let images: [Image]
  private let vocabulary: Vocabulary
  private let frequencies: DocumentFrequencies

  /// Document frequencies are those of all these references, as pycocoevalcap counts them: the CIDEr of one image
  /// depends on which others it is scored with.
  ///
  /// - Throws: `CaptionMetricsError` for no images, an image named twice, or one without references.
  package init(references: [(id: String, captions: [String])]) throws(CaptionMetricsError) {
    if references.isEmpty { throw .noCaptions }
    var vocabulary = Vocabulary()
    var ids: Set<String> = []
    var tokenized: [[TokenizedCaption]] = []
    for (id, captions) in references {
      if !ids.insert(id).inserted { throw .duplicateImage(id: id) }
      if captions.isEmpty { throw .noReferences(id: id) }
      tokenized.append(captions.map { TokenizedCaption($0) { vocabulary.insert($0) } })
    }
    let counts = tokenized.map { $0.map { NGramCounts($0.words) } }
    let frequencies = DocumentFrequencies(counts)
    images = references.indices.map { index in
      Image(
        id: references[index].id, tokens: tokenized[index].map(\.tokens), bleu: BLEUReferences(counts[index]),
        cider: counts[index].map { CIDErVector($0, frequencies: frequencies) })
    }
    self.vocabulary = vocabulary
    self.frequencies = frequencies
  }

  /// The ids of the images, in the order of their references.
  package var ids: [String] { images.map(\.id) }

  /// - Parameter candidates: one for each image, in the order of `ids`.
  /// - Throws: `CaptionMetricsError.candidateCount`.
  package func scores(candidates: [String]) throws(CaptionMetricsError) -> CaptionScores {
    guard candidates.count == images.count else {
      throw .candidateCount(found: candidates.count, expected: images.count)
    }
    var statistics = BLEUStatistics()
    var perImage: [ImageScores] = []
    perImage.reserveCapacity(images.count)
    for (image, candidate) in zip(images, candidates) {
      let caption = vocabulary.tokenize(candidate)
      let counts = NGramCounts(caption.words)
      let matches = image.bleu.statistics(of: counts)
      statistics += matches
      let cider = CIDErVector(counts, frequencies: frequencies).scores(references: image.cider)
      perImage.append(
        ImageScores(
          id: image.id, candidate: candidate, bleu: matches.scores,
          rougeL: ROUGEL.score(candidate: caption.tokens, references: image.tokens), cider: cider.clipped,
          plainCIDEr: cider.plain))
    }
    func mean(_ score: (ImageScores) -> Double) -> Double {
      perImage.reduce(0) { $0 + score($1) } / Double(perImage.count)
    }
    return CaptionScores(
      bleu: statistics.scores, rougeL: mean(\.rougeL), cider: mean(\.cider), plainCIDEr: mean(\.plainCIDEr),
      perImage: perImage)
  }

  /// - Parameter candidates: the caption of each image by its id; every image needs one.
  /// - Throws: `CaptionMetricsError` for images without a candidate and candidates without references.
  package func scores(candidates: [String: String]) throws(CaptionMetricsError) -> CaptionScores {
    let missing = images.filter { candidates[$0.id] == nil }
    if let first = missing.first { throw .missingCandidates(id: first.id, count: missing.count) }
    if candidates.count > images.count {
      let known = Set(ids)
      if let stranger = candidates.keys.filter({ !known.contains($0) }).min() { throw .unknownImage(id: stranger) }
    }
    return try scores(candidates: images.compactMap { candidates[$0.id] })
  }
}

/// Scores captions once. For several sets of candidates against the same references keep a `CaptionScorer`.
///
/// - Throws: `CaptionMetricsError` for no captions, an image named twice, or one without references.
package func captionScores(_ captions: [ScoredCaption]) throws(CaptionMetricsError) -> CaptionScores {
  let scorer = try CaptionScorer(references: captions.map { (id: $0.id, captions: $0.references) })
  return try scorer.scores(candidates: captions.map(\.candidate))
}
