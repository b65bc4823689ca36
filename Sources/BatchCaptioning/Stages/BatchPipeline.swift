import Captioning
package import SystemPackage
import Tensors
import TextDecoding

/// How a run ended that was not cancelled.
package enum BatchEnding: Sendable {
  case all
  case tooManyErrors
}

/// Captions a list of images: list → prepare → encode → map → generate → write.
///
/// Stages are joined by channels without capacity, so that a busy stage blocks those before it. Settings bound how many
/// images are in progress, and how many bytes of files and pixels. Encoding, mapping and generating share one thread,
/// whose kernels use all processors: they take turns, and each has all of them.
package struct BatchPipeline: Sendable {
  package struct Settings: Sendable {
    /// The number of workers that read and decode.
    package var workers = 2
    /// The number of images encoded at once.
    package var batchSize = 16
    /// The number of captions generated side by side.
    package var rows = 64
    /// The most images between listing and writing.
    package var window = 256
    /// The most bytes of files that are being read and decoded.
    package var fileMemory = 256 << 20
    /// The most bytes of pixels that are being decoded. An image that needs more is decoded alone.
    package var pixelMemory = 256 << 20
    /// The most bytes of an image file.
    package var maximumFileBytes = 1 << 30
    /// Whether identical bytes are captioned once.
    package var deduplicates = true
    /// Whether only images that failed are done.
    package var retriesErrors = false
    /// Whether an output may already have all it wants of an image before it is captioned.
    package var looksForPresent = false

    package init() {}
  }

  package let settings: Settings
  package let steps: any CaptioningSteps
  package let progress: BatchProgress
  package var wantsThumbnail: @Sendable (FilePath) -> Bool = { _ in false }
  package var onWarning: @Sendable (FilePath, String) -> Void = { _, _ in }

  package init(settings: Settings, steps: any CaptioningSteps, progress: BatchProgress) {
    self.settings = settings
    self.steps = steps
    self.progress = progress
  }

  /// - Parameter source: begins the list; called on the listing thread.
  /// - Throws: `CancellationError` if the task was cancelled; what stages throw. In any case the outputs are whole, and
  ///   what was done is in the journal, as far as the disk allowed.
  package func run(
    _ source: @escaping @Sendable () throws -> any ImageSource, writer: BatchWriter
  ) async throws -> BatchEnding {
    let window = Budget(settings.window)
    // It never holds more than `window` outcomes and some ticks.
    let (events, continuation) = AsyncStream.makeStream(of: BatchWriter.Event.self)
    let contents = settings.deduplicates ? try await writer.makeContentIndex() : nil
    let done = await writer.resumeSource()
    let check = await writer.doneCheck()
    do {
      let ending = try await withThrowingTaskGroup(of: BatchEnding?.self) { group in
        group.addTask { try await write(events, continuation, window: window, writer: writer) }
        group.addTask {
          defer { continuation.finish() }
          try await produce(source, done: done, check: check, window: window, contents: contents, writer: writer) {
            continuation.yield(.done($0))
          }
          return nil
        }
        var ending = BatchEnding.all
        while let part = try await group.next() {
          guard let part else { continue }
          ending = part
          // Stages that still produce are cancelled, and give back what they hold.
          if part == .tooManyErrors { break }
        }
        group.cancelAll()
        return ending
      }
      try await writer.close(listedAll: ending == .all)
      return ending
    } catch {
      try? await writer.close(listedAll: false)
      throw error
    }
  }

  /// Reads and decodes every image without captioning any; those that could be captioned count as captioned.
  ///
  /// - Parameter onFailure: called for each that could not be captioned, in any order.
  /// - Throws: as `run`.
  package func check(
    _ source: @escaping @Sendable () throws -> any ImageSource,
    onFailure: @escaping @Sendable (FilePath, ImageFailure) -> Void
  ) async throws {
    let window = Budget(settings.window)
    let (listed, prepared) = (AsyncChannel<ImageWork>(), AsyncChannel<StagedImage<ImagePixels>>())
    let progress = progress
    @Sendable func count(_ outcome: FinishedImage.Outcome, _ work: ImageWork) {
      progress.count(outcome, path: work.image.path, isRetry: false, isCopy: false)
      window.give(1)
    }
    let finish: @Sendable (StagedOutcome) -> Void = { outcome in
      if case .failed(let failure, _) = outcome.result {
        onFailure(outcome.work.image.path, failure)
        count(.failed(failure), outcome.work)
      } else {
        count(.skipped, outcome.work)
      }
    }
    let list = ListStage(window: window, progress: progress, isPresent: nil, finish: finish)
    let prepare = prepareStage(contents: nil, finish: finish)
    let listing = try StageThread()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask(executorPreference: listing) {
        var images = try source()
        try await list.run(&images, done: NothingDone(takesNew: true), to: listed)
      }
      group.addTask { try await prepare.run(workers: settings.workers, from: listed, to: prepared) }
      for await image in prepared { count(.present, image.work) }
      try await group.waitForAll()
    }
  }

  private func prepareStage(
    contents: ContentIndex?, finish: @escaping @Sendable (StagedOutcome) -> Void
  ) -> PrepareStage {
    PrepareStage(
      steps: steps,
      reader: ImageReader(limit: settings.maximumFileBytes, memory: Budget(settings.fileMemory)),
      memory: Budget(settings.pixelMemory), contents: contents, wantsThumbnail: wantsThumbnail, onWarning: onWarning,
      meter: progress.meter(.prepare), finish: finish)
  }

  private func write(
    _ events: AsyncStream<BatchWriter.Event>, _ continuation: AsyncStream<BatchWriter.Event>.Continuation,
    window: Budget, writer: BatchWriter
  ) async throws -> BatchEnding {
    try await withThrowingTaskGroup(of: BatchEnding?.self) { group in
      group.addTask {
        while true {
          try await Task.sleep(for: .seconds(1))
          continuation.yield(.tick)
        }
      }
      group.addTask { try await writer.run(events, window: window, progress: progress) }
      defer { group.cancelAll() }
      while let part = try await group.next() {
        if let part { return part }
      }
      throw CancellationError()
    }
  }

  /// All stages but the last.
  private func produce(
    _ source: @escaping @Sendable () throws -> any ImageSource, done: ResumeSource, check: DoneCheck, window: Budget,
    contents: ContentIndex?, writer: BatchWriter, finish: @escaping @Sendable (StagedOutcome) -> Void
  ) async throws {
    let listed = AsyncChannel<ImageWork>()
    let prepared = AsyncChannel<StagedImage<ImagePixels>>()
    let encoded = AsyncChannel<StagedImage<Tensor>>()
    let mapped = AsyncChannel<StagedImage<Prefix>>()
    let (settings, steps, progress) = (settings, steps, progress)
    let isPresent: @Sendable (ListedImage) async -> Bool = { await writer.isPresent($0) }
    let list = ListStage(
      window: window, progress: progress, isPresent: settings.looksForPresent ? isPresent : nil, done: check,
      finish: finish)
    let prepare = prepareStage(contents: contents, finish: finish)
    let encode = EncodeStage(
      steps: steps, batchSize: settings.batchSize, meter: progress.meter(.encode), finish: finish)
    let map = MapStage(steps: steps, batchSize: settings.batchSize, meter: progress.meter(.map), finish: finish)
    let generate = GenerateStage(
      steps: steps, rows: settings.rows, meter: progress.meter(.generate), finish: finish)
    let (listing, compute) = (try StageThread(), try StageThread())
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask(executorPreference: listing) {
        var images = try source()
        let left = try done.list(retriesErrors: settings.retriesErrors)
        try await list.run(&images, done: left, to: listed)
      }
      group.addTask { try await prepare.run(workers: settings.workers, from: listed, to: prepared) }
      group.addTask(executorPreference: compute) { try await encode.run(from: prepared, to: encoded) }
      group.addTask(executorPreference: compute) { try await map.run(from: encoded, to: mapped) }
      group.addTask(executorPreference: compute) { try await generate.run(from: mapped) }
      try await group.waitForAll()
    }
  }
}
