/// Takes the samples of a dataset, one after the other.
typealias SampleSink = (DatasetSample) throws(DatasetError) -> Void

/// Turns what a reader found into samples: images are looked up, blank captions are left out and named.
struct SampleBuilder {
  private var finder: ImageFinder
  /// Whether the image `train/a.jpg` is for training where nothing else says so.
  private let takesSplitFromFolder: Bool

  init(finder: ImageFinder, takesSplitFromFolder: Bool = false) {
    self.finder = finder
    self.takesSplitFromFolder = takesSplitFromFolder
  }

  /// Whether images not found beside the annotations are searched from the working directory.
  var looksInWorkingDirectory: Bool {
    get { finder.looksInWorkingDirectory }
    set { finder.looksInWorkingDirectory = newValue }
  }

  /// The name of the image whose name is a number; `nil` where there is none.
  mutating func name(ofNumber number: Int) throws(DatasetError) -> String? { try finder.name(ofNumber: number) }

  /// - Parameters:
  ///   - alternatives: other possible names of the image.
  ///   - place: where the sample was found, for messages.
  mutating func emit(
    name: String, alternatives: [String] = [], captions: [String], split: Split?, about: SampleAbout = SampleAbout(),
    place: String, into sink: SampleSink
  ) throws(DatasetError) {
    let folder = takesSplitFromFolder ? name.split(separator: "/").dropLast().first : nil
    let split = split ?? folder.flatMap { Split(named: String($0)) }
    switch try finder.find(alternatives + [name]) {
    case .failure(let problem): try Self.emit(damaged: "\(name) (\(place))", problem.reason, into: sink)
    case .success(let image):
      try Self.emit(
        name: name, image: image, captions: captions, split: split, about: about, place: place, into: sink)
    }
  }

  /// Reports what was found out about archives of images.
  func finish(into sink: SampleSink) throws(DatasetError) {
    for sample in finder.damaged { try sink(.damaged(sample)) }
  }

  static func emit(damaged name: String, _ reason: String, into sink: SampleSink) throws(DatasetError) {
    try sink(.damaged(DamagedSample(name: name, reason: reason)))
  }

  static func emit(
    name: String, image: ImageLocation, captions: [String], split: Split?, about: SampleAbout = SampleAbout(),
    place: String, into sink: SampleSink
  ) throws(DatasetError) {
    let written = captions.filter { !CaptionCleaning.isBlank($0) }
    let blankCount = captions.count - written.count
    if written.isEmpty {
      let reason = captions.isEmpty ? "it has no caption" : "its caption is empty"
      return try emit(damaged: "\(name) (\(place))", reason, into: sink)
    }
    if blankCount > 0 {
      let reason = "\(blankCount) of its \(captions.count) captions are empty; the others are used"
      try emit(damaged: "\(name) (\(place))", reason, into: sink)
    }
    try sink(
      .image(
        CaptionedImage(
          name: name, image: image, captions: written, split: split, labels: about.labels, source: about.source)))
  }
}

extension Split {
  /// - Parameter name: the split's name; `nil` or empty where the dataset does not say.
  /// - Throws: `DatasetError.unknownSplit`.
  static func parse(_ name: String?, place: String) throws(DatasetError) -> Split? {
    guard let name, !name.isEmpty else { return nil }
    guard let split = Split(named: name) else { throw .unknownSplit(place: place, name: name) }
    return split
  }
}
