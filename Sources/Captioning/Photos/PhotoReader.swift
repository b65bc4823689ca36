import Dispatch
import ImageEncoding
import Synchronization
import Tensors

/// Reads and prepares photos ahead of captioning, on its own threads; where it can get no threads, it reads on request.
final class PhotoReader: Sendable {
  struct Photo: Sendable {
    let index: Int
    let timings: StageTimings
    /// The problems of a photo that could be read anyway.
    let warnings: [String]
    let content: Result<Content, any Error>
  }

  struct Content: Sendable {
    let pixels: ImagePixels
    /// The size of the upright original.
    let size: ImageSize
  }

  /// Photos that are larger than this many bytes are decoded alone.
  private static let largeBytes = 64 << 20

  private let paths: [String]
  private let decoder: ImageDecoder
  private let preprocessing: ImagePreprocessing
  private let turns: Turns
  /// Limits the number of photos that are read and not yet taken.
  private let places: DispatchSemaphore
  private let arrivals = DispatchSemaphore(value: 0)
  private let state: Mutex<State>

  private struct State {
    var next: Int
    var taken: Int
    var photos: [Int: Photo] = [:]
    var isOver = false
  }

  /// - Parameter first: the index in `paths` of the first photo to read.
  init(
    _ paths: [String], from first: Int, decoder: ImageDecoder, preprocessing: ImagePreprocessing, workers: Int,
    ahead: Int
  ) {
    self.paths = paths
    self.decoder = decoder
    self.preprocessing = preprocessing
    turns = Turns(max(workers, 1))
    places = DispatchSemaphore(value: ahead)
    state = Mutex(State(next: first, taken: first))
  }

  /// Starts up to `workers` threads, as many as it can get.
  func start(workers: Int) {
    for _ in 0..<workers {
      do {
        try OwnThread.start { [self] in work() }
      } catch {
        return
      }
    }
  }

  /// Stops reading further photos.
  func stop() {
    state.withLock { $0.isOver = true }
    places.signal()
  }

  /// The next photos in their order: all that are ready, at most `limit`.
  ///
  /// - Parameter waits: whether to wait for at least one, where any is left.
  func take(upTo limit: Int, waits: Bool) -> [Photo] {
    var photos: [Photo] = []
    while photos.count < limit {
      let (photo, isEnd) = state.withLock { state in
        let photo = state.photos.removeValue(forKey: state.taken)
        if photo != nil { state.taken += 1 }
        return (photo, state.taken == paths.count)
      }
      if let photo {
        places.signal()
        photos.append(photo)
      } else if isEnd || !photos.isEmpty || !waits {
        break
      } else if let index = claim(where: { $0.next == $0.taken }) {
        // No thread has begun to read it.
        deliver(read(index))
      } else {
        arrivals.wait()
      }
    }
    return photos
  }

  private func work() {
    while true {
      places.wait()
      guard let index = claim(where: { _ in true }) else {
        // Wakes the next thread, which has to end too.
        places.signal()
        return
      }
      deliver(read(index))
    }
  }

  private func claim(where isWanted: (State) -> Bool) -> Int? {
    state.withLock { state in
      if state.isOver || state.next == paths.count || !isWanted(state) { return nil }
      state.next += 1
      return state.next - 1
    }
  }

  private func deliver(_ photo: Photo) {
    state.withLock { $0.photos[photo.index] = photo }
    arrivals.signal()
  }

  private func read(_ index: Int) -> Photo {
    let path = paths[index]
    var timings = StageTimings()
    var warnings: [String] = []
    let content = Result { () throws -> Content in
      let bytes = try timings.measure(\.decode) {
        try ImageFile.read(path: path, limit: decoder.options.maximumFileBytes)
      }
      let isLarge = try 6 * decoder.header(bytes, named: path).size.area > Self.largeBytes
      func prepare() throws -> Content {
        let decoded = try timings.measure(\.decode) {
          try decoder.decode(bytes, named: path, targetFor: preprocessing.scaledSize)
        }
        warnings = decoded.warnings
        let pixels = try timings.measure(\.preprocess) {
          try preprocessing.pixels(of: decoded, named: path)
        }
        return Content(pixels: pixels, size: decoded.originalSize)
      }
      if isLarge { return try turns.alone(prepare) }
      do {
        return try turns.sideBySide(prepare)
      } catch let error as ImageDecodingError where error.isLackOfMemory {
        return try turns.alone(prepare)
      }
    }
    return Photo(index: index, timings: timings, warnings: warnings, content: content)
  }
}

extension ImageSize {
  fileprivate var area: Int {
    let (area, isOverflow) = width.multipliedReportingOverflow(by: height)
    return isOverflow || area > Int.max / 6 ? Int.max / 6 : area
  }
}
