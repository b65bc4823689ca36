package import ImageEncoding
import Tensors
package import TextDecoding

/// Captions photos that a user named, in that order: the first one alone and at once, the others in growing groups, so
/// that each caption comes soon and many come fast.
package struct PhotoCaptioning {
  private let captioner: Captioner
  private let precision: ComputePrecision
  private let imageDecoder: ImageDecoder
  private let options: GenerationOptions
  /// Is notified of each photo, in the order in which they were named.
  private let onOutcome: (Outcome) throws -> Void

  package struct Outcome {
    /// The index of the photo among the paths.
    package let index: Int
    /// The problems of a photo that could be read anyway.
    package let warnings: [String]
    package let result: Result<ImageCaption, any Error>
  }

  /// The number of photos from which packing matrices for many rows saves more time than it takes.
  private static let manyPhotos = 12
  /// The largest number of images that are encoded at once, and of captions that grow side by side.
  private static let mostImages = 16
  private static let mostRows = 64
  /// The bytes that packing matrices must leave to captioning.
  private static let workingMemory = 128 << 20

  /// - Parameters:
  ///   - captioner: the captioner as it was loaded.
  ///   - onOutcome: takes each outcome; an error that it throws ends the run.
  package init(
    _ captioner: Captioner, precision: ComputePrecision, imageDecoder: ImageDecoder, options: GenerationOptions,
    onOutcome: @escaping (Outcome) throws -> Void
  ) {
    self.captioner = captioner
    self.precision = precision
    self.imageDecoder = imageDecoder
    self.options = options
    self.onOutcome = onOutcome
  }

  /// - Parameter paths: the paths of image files; `-` is standard input.
  /// - Throws: `OutOfMemory` where matrices cannot be packed; errors that no single photo caused; errors of
  ///   `onOutcome`.
  package func run(_ paths: [String]) throws {
    let single = try captioner.prepared(precision, isBatch: false)
    guard let first = paths.first else { return }
    try onOutcome(caption(first, by: single))
    if paths.count > 1 { try captionRest(paths, single) }
  }

  private func caption(_ path: String, by captioner: Captioner) -> Outcome {
    var warnings: [String] = []
    let result = Result {
      try captioner.caption(path: path, decoder: imageDecoder, options: options) { warnings.append($0) }
    }
    return Outcome(index: 0, warnings: warnings, result: result)
  }

  private func captionRest(_ paths: [String], _ single: Captioner) throws {
    let workers = min(Threads.count, 16)
    let reader = PhotoReader(
      paths, from: 1, decoder: imageDecoder, preprocessing: captioner.extractor.preprocessing, workers: workers,
      ahead: 2 * Self.mostImages)
    // Photos are read while matrices are packed.
    reader.start(workers: min(workers, paths.count - 1))
    defer { reader.stop() }
    var rows = Self.mostRows
    if case .beam(let width, _, _, _) = options.strategy { rows = max(1, rows / width) }
    var growing = try GrowingPhotos(
      forMany(paths.count, single), options: options, mostRows: rows, mostImages: Self.mostImages)
    // The outcomes of photos that are done before their turn.
    var waiting: [Int: Outcome] = [:]
    var next = 1
    while next < paths.count {
      for outcome in try growing.advance(reader) { waiting[outcome.index] = outcome }
      while let outcome = waiting.removeValue(forKey: next) {
        try onOutcome(outcome)
        next += 1
      }
    }
  }

  /// The captioner for `count` photos, as memory allows.
  private func forMany(_ count: Int, _ single: Captioner) throws -> Captioner {
    if count < Self.manyPhotos || !single.allowsMemory(toPrepare: precision, besides: Self.workingMemory) {
      return single
    }
    var many = captioner
    // It is already packed where the precision is the same.
    many.extractor = single.extractor
    return try many.prepared(precision, isBatch: true)
  }
}
