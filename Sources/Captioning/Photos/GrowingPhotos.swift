import ImageEncoding
import PrefixMapping
import Tensors
import TextDecoding

/// Photos that are being turned from pixels into words.
struct GrowingPhotos {
  private let captioner: Captioner
  private let mostRows: Int
  private let mostImages: Int
  private var generation: any SequenceGeneration
  /// The number of images that are encoded next, and of captions that may grow then. Both double, so that the first of
  /// many photos need not wait for a large group.
  private var images = 2
  private var rows = 2
  private var growing: [Int: Photo] = [:]
  /// Photos that wait for memory until others are done.
  private var waiting: [(photo: Photo, prefix: Prefix)] = []

  private struct Photo {
    let read: PhotoReader.Photo
    let content: PhotoReader.Content
    var timings: StageTimings
    var view: PhotoView?
  }

  init(_ captioner: Captioner, options: GenerationOptions, mostRows: Int, mostImages: Int) throws {
    self.captioner = captioner
    self.mostRows = mostRows
    self.mostImages = mostImages
    generation = try captioner.makeGeneration(options: options)
  }

  /// Takes photos that are ready, encodes them, and adds a token to every caption.
  ///
  /// - Returns: the outcomes of photos that this step finished, in any order.
  /// - Throws: errors that no single photo caused.
  mutating func advance(_ reader: PhotoReader) throws -> [PhotoCaptioning.Outcome] {
    var outcomes: [PhotoCaptioning.Outcome] = []
    let isIdle = generation.rowCount == 0 && waiting.isEmpty
    let room = min(rows, mostRows) - generation.rowCount - waiting.count
    if isIdle || room >= min(images, mostRows) {
      let taken = reader.take(upTo: min(images, max(room, 1)), waits: isIdle)
      if !taken.isEmpty {
        images = min(2 * images, mostImages)
        rows = min(2 * rows, mostRows)
      }
      outcomes += encode(taken)
    }
    outcomes += add()
    return try outcomes + step()
  }

  private mutating func encode(_ taken: [PhotoReader.Photo]) -> [PhotoCaptioning.Outcome] {
    var outcomes: [PhotoCaptioning.Outcome] = []
    var photos: [Photo] = []
    for photo in taken {
      switch photo.content {
      case .success(let content): photos.append(Photo(read: photo, content: content, timings: photo.timings))
      case .failure(let error): outcomes.append(.init(photo, .failure(error)))
      }
    }
    return outcomes + prefixes(of: photos)
  }

  private mutating func prefixes(of photos: [Photo]) -> [PhotoCaptioning.Outcome] {
    if photos.isEmpty { return [] }
    do {
      var total = StageTimings()
      let features = try total.measure(\.encode) {
        try captioner.extractor.features(of: photos.map(\.content.pixels))
      }
      let prefixes = try total.measure(\.map) { try captioner.mapper.prefixes(features, decoder: captioner.decoder) }
      for ((photo, prefix), view) in zip(zip(photos, prefixes), captioner.views(of: features)) {
        var photo = photo
        photo.view = view
        photo.timings.encode += total.encode / Double(photos.count)
        photo.timings.map += total.map / Double(photos.count)
        waiting.append((photo, prefix))
      }
      return []
    } catch {
      // Retry one at a time to find the culprit.
      if photos.count > 1 { return photos.flatMap { prefixes(of: [$0]) } }
      return photos.map { .init($0.read, .failure(error)) }
    }
  }

  /// Adds the photos for which there is memory; one that finds none even though it would be alone has failed.
  private mutating func add() -> [PhotoCaptioning.Outcome] {
    var outcomes: [PhotoCaptioning.Outcome] = []
    while let (photo, prefix) = waiting.first {
      do {
        try generation.add(id: photo.read.index, prefix: prefix)
        growing[photo.read.index] = photo
      } catch is OutOfMemory where generation.rowCount > 0 {
        break
      } catch {
        outcomes.append(.init(photo.read, .failure(error)))
      }
      waiting.removeFirst()
    }
    return outcomes
  }

  private mutating func step() throws -> [PhotoCaptioning.Outcome] {
    let count = generation.rowCount
    if count == 0 { return [] }
    var time = StageTimings()
    let finished = try time.measure(\.generate) { try generation.step() }
    for id in growing.keys { growing[id]?.timings.generate += time.generate / Double(count) }
    return finished.compactMap { row in
      guard let photo = growing.removeValue(forKey: row.id) else { return nil }
      let result = row.result.mapError { $0 as any Error }.map { sequence in
        ImageCaption(
          text: captioner.text(of: sequence), sequence: sequence,
          alternatives: sequence.alternatives.map { (captioner.text(of: $0), $0) },
          width: photo.content.size.width, height: photo.content.size.height, timings: photo.timings,
          judgement: captioner.judgement(of: sequence, view: photo.view))
      }
      return .init(photo.read, result)
    }
  }
}

extension PhotoCaptioning.Outcome {
  fileprivate init(_ photo: PhotoReader.Photo, _ result: Result<ImageCaption, any Error>) {
    self.init(index: photo.index, warnings: photo.warnings, result: result)
  }
}
