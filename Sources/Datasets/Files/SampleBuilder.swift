/// Turns what a reader found into samples: blank captions are left out and named, images are looked up.
struct SampleBuilder {
  private var finder: ImageFinder

  init(finder: ImageFinder) { self.finder = finder }

  /// - Parameter place: where the sample was found, for messages.
  mutating func emit(
    name: String, captions: [String], split: Split?, place: String, into sink: SampleSink
  ) throws(DatasetError) {
    switch try finder.find(name) {
    case .failure(let problem): try sink(.damaged(DamagedSample(name: "\(name) (\(place))", reason: problem.reason)))
    case .success(let image):
      try Self.emit(name: name, image: image, captions: captions, split: split, place: place, into: sink)
    }
  }

  /// What came to light about archives of images.
  func finish(into sink: SampleSink) throws(DatasetError) {
    for sample in finder.damaged { try sink(.damaged(sample)) }
  }

  static func emit(
    name: String, image: ImageLocation, captions: [String], split: Split?, place: String, into sink: SampleSink
  ) throws(DatasetError) {
    let written = captions.filter { !CaptionCleaning.isBlank($0) }
    if written.isEmpty {
      let reason = captions.isEmpty ? "it has no caption" : "its caption is empty"
      return try sink(.damaged(DamagedSample(name: "\(name) (\(place))", reason: reason)))
    }
    if written.count < captions.count {
      let reason = "\(captions.count - written.count) of its \(captions.count) captions are empty; the others are used"
      try sink(.damaged(DamagedSample(name: "\(name) (\(place))", reason: reason)))
    }
    try sink(.image(CaptionedImage(name: name, image: image, captions: written, split: split)))
  }
}

extension Split {
  /// - Parameter name: `nil` or empty where the dataset says nothing.
  /// - Throws: `DatasetError.unknownSplit`.
  static func parse(_ name: String?, place: @autoclosure () -> String) throws(DatasetError) -> Split? {
    guard let name, !name.isEmpty else { return nil }
    guard let split = Split(named: name) else { throw .unknownSplit(place: place(), name: name) }
    return split
  }
}
