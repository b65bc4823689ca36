import CaptionMetrics

/// Predictions paired with their references, and their scores.
struct Evaluation {
  let scores: CaptionScores
  let variety: CaptionVariety
  /// The object hallucination; `nil` where no photo's labels are objects of COCO.
  let hallucination: ObjectHallucination?
  /// The animal naming; `nil` where no photo is labelled with an animal.
  let animals: AnimalNaming?
  /// The references by image.
  let references: [String: [String]]
  /// The number of images with references but no prediction.
  let missingCount: Int
  /// The names of scored images that the captioner was not sure of.
  let unsure: Set<String>

  /// - Parameter isPartial: whether images without a prediction are left out; otherwise they are an error.
  /// - Throws: `EvaluationError`, `CaptionMetricsError`.
  init(_ predictions: Predictions, references: References, isPartial: Bool, hasSplit: Bool) throws {
    var captions: [Int: String] = [:]
    var unsure: Set<String> = []
    var strangers: [String] = []
    for prediction in predictions.all {
      guard let place = references.place(of: prediction.image) else {
        strangers.append(prediction.image)
        continue
      }
      if prediction.isUnsure { unsure.insert(references.images[place].id) }
      guard captions.updateValue(prediction.caption, forKey: place) == nil else {
        throw EvaluationError.duplicate(place: prediction.place, image: prediction.image)
      }
    }
    if let first = strangers.first {
      throw EvaluationError.noReferences(
        image: first, count: strangers.count, path: references.path, splitHint: hasSplit)
    }
    let missing = references.images.indices.filter { captions[$0] == nil }
    if let first = missing.first, !isPartial {
      throw EvaluationError.noPredictions(
        image: references.images[first].id, count: missing.count, path: predictions.path)
    }
    let pairs = references.images.enumerated().compactMap { index, image in
      captions[index].map {
        ScoredCaption(id: image.id, candidate: $0, references: image.captions, labels: image.labels)
      }
    }
    try self.init(pairs, missingCount: missing.count, unsure: unsure)
  }

  /// - Parameter unsure: images whose caption would not be given to users; it is scored anyway.
  /// - Throws: `CaptionMetricsError`.
  init(
    _ captions: [ScoredCaption], missingCount: Int = 0, unsure: Set<String> = []
  ) throws(CaptionMetricsError) {
    scores = try captionScores(captions)
    variety = CaptionVariety(captions.map(\.candidate))
    hallucination = ObjectHallucination(captions)
    animals = AnimalNaming(captions)
    references = Dictionary(captions.map { ($0.id, $0.references) }, uniquingKeysWith: { first, _ in first })
    self.missingCount = missingCount
    self.unsure = unsure
  }

  /// The mean CIDEr of the images that the captioner is sure of; `nil` where these are none, or all.
  var sureCIDEr: Double? {
    let sure = scores.perImage.filter { !unsure.contains($0.id) }
    if unsure.isEmpty || sure.isEmpty { return nil }
    return sure.reduce(0) { $0 + $1.cider } / Double(sure.count)
  }

  /// The images with the lowest CIDEr, in ascending order; images of equal score keep their order.
  func worst(_ count: Int) -> [ImageScores] {
    let sorted = scores.perImage.enumerated().sorted { ($0.element.cider, $0.offset) < ($1.element.cider, $1.offset) }
    return sorted.prefix(count).map(\.element)
  }
}
