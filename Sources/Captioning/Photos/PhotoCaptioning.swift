package import ImageEncoding
import Tensors
package import TextDecoding

/// Captions photos that a user named, in that order: the first one alone and at once, the others in groups that grow, so that
/// each caption comes soon and many of them fast.
package struct PhotoCaptioning {
  private let captioner: Captioner
  private let precision: ComputePrecision
  private let imageDecoder: ImageDecoder
  private let options: GenerationOptions
  /// Is told of each photo in the order they were named.
  private let onOutcome: (Outcome) throws -> Void

  package struct Outcome {
    /// Among the paths.
    package let index: Int
    /// What was wrong with a photo that could be read all the same.
    package let warnings: [String]
    package let result: Result<ImageCaption, any Error>
  }

  /// From so many photos on, laying matrices out for many rows takes less time than it spares.
  private static let manyPhotos = 12
  /// Images that are encoded at once, and captions that grow side by side, at the most.
  private static let mostImages = 16
  private static let mostRows = 64
  /// Left to captioning where laying matrices out would take the rest of the memory.
  private static let workingMemory = 128 << 20

  /// - Parameters:
  ///   - captioner: as it was loaded.
  ///   - onOutcome: what it throws ends the run.
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

  /// - Parameter paths: of image files; `-` is standard input.
  /// - Throws: `OutOfMemory` where matrices cannot be laid out; what cannot be blamed on a photo; what `onOutcome` throws.
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
    // Photos are read while matrices are laid out.
    reader.start(workers: min(workers, paths.count - 1))
    defer { reader.stop() }
    var rows = Self.mostRows
    if case .beam(let width, _, _, _) = options.strategy { rows = max(1, rows / width) }
    var growing = try GrowingPhotos(
      forMany(paths.count, single), options: options, mostRows: rows, mostImages: Self.mostImages)
    // Those that are done before their turn.
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

  /// The captioner for so many photos, as memory allows.
  private func forMany(_ count: Int, _ single: Captioner) throws -> Captioner {
    if count < Self.manyPhotos || !single.allowsMemory(toPrepare: precision, besides: Self.workingMemory) {
      return single
    }
    var many = captioner
    // Laid out already, where the precision is the same.
    many.extractor = single.extractor
    return try many.prepared(precision, isBatch: true)
  }
}
