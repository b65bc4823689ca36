package import Captioning
import ImageEncoding
import ModelFiles
package import SystemPackage

/// Prepares images with several workers: reads files, decodes them, and resizes them for the encoders.
package struct PrepareStage {
  let steps: any CaptioningSteps
  let reader: ImageReader
  /// The bytes that all images being decoded may take together.
  let memory: Budget
  /// Where identical bytes are looked up; `nil` where every image is captioned.
  let contents: ContentIndex?
  let wantsThumbnail: @Sendable (FilePath) -> Bool
  let onWarning: @Sendable (FilePath, String) -> Void
  let meter: StageMeter
  let finish: @Sendable (StagedOutcome) -> Void

  package init(
    steps: any CaptioningSteps, reader: ImageReader, memory: Budget, contents: ContentIndex?,
    wantsThumbnail: @escaping @Sendable (FilePath) -> Bool, onWarning: @escaping @Sendable (FilePath, String) -> Void,
    meter: StageMeter, finish: @escaping @Sendable (StagedOutcome) -> Void
  ) {
    self.steps = steps
    self.reader = reader
    self.memory = memory
    self.contents = contents
    self.wantsThumbnail = wantsThumbnail
    self.onWarning = onWarning
    self.meter = meter
    self.finish = finish
  }

  /// - Throws: `CancellationError`, and errors of the index of contents. An image that cannot be read goes to `finish`.
  package func run(
    workers: Int, from input: AsyncChannel<ImageWork>, to output: AsyncChannel<StagedImage<ImagePixels>>
  ) async throws {
    defer { output.finish() }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<workers {
        let thread = try StageThread()
        group.addTask(executorPreference: thread) {
          for await work in input {
            if let image = try await prepare(work) { await output.send(image) }
          }
          try Task.checkCancellation()
        }
      }
      try await group.waitForAll()
    }
  }

  /// - Returns: `nil` where the image is finished here.
  private func prepare(_ work: ImageWork) async throws -> StagedImage<ImagePixels>? {
    var hash: FileHash?
    do {
      let start = ContinuousClock.now
      let (content, taken) = try await reader.read(work.image)
      defer { reader.memory.give(taken) }
      guard case .image(let bytes, let stamp) = content else {
        finish(StagedOutcome(work: work, result: .skipped))
        return nil
      }
      let digest = FileHash.hash(of: bytes)
      if let copy = try copy(digest, work) {
        let thumbnail = wantsThumbnail(work.image.path) ? try? await decode(bytes, work).thumbnail : nil
        finish(StagedOutcome(work: work, result: copy, thumbnail: thumbnail, stamp: stamp))
        return nil
      }
      hash = digest
      let prepared = try await decode(bytes, work)
      for warning in prepared.warnings { onWarning(work.image.path, warning) }
      let elapsed = ContinuousClock.now - start
      meter.add(images: 1, elapsed)
      let facts = ImageFacts(
        hash: digest, width: prepared.size.width, height: prepared.size.height, thumbnail: prepared.thumbnail,
        stamp: stamp)
      return StagedImage(work: work, facts: facts, milliseconds: elapsed.milliseconds, content: prepared.pixels)
    } catch let failure as ImageFailure {
      finish(StagedOutcome(work: work, result: .failed(failure, hash: hash)))
      return nil
    }
  }

  /// - Returns: `nil` for what is to be captioned.
  private func copy(_ hash: FileHash, _ work: ImageWork) throws -> StagedOutcome.Result? {
    // An output lacks the image, or only the file's time has changed.
    if case .again(let again) = work.task, let caption = again.earlier.caption, caption.hash == hash {
      return .copy(caption)
    }
    guard let contents else { return nil }
    return switch try contents.claim(hash) {
    case .first: nil
    case .pending: .pendingCopy(hash)
    case .done(let caption): .copy(caption)
    }
  }

  private func decode(_ bytes: [UInt8], _ work: ImageWork) async throws -> PreparedImage {
    do {
      let name = work.image.path.text
      let byteCount = try steps.decodedByteCount(bytes, named: name)
      func prepare() throws -> PreparedImage {
        try steps.prepare(bytes, named: name, wantsThumbnail: wantsThumbnail(work.image.path))
      }
      do {
        return try await memory.with(byteCount, prepare)
      } catch let error as ImageDecodingError where error.isLackOfMemory {
        // When alone, it may take what others had.
        return try await memory.with(memory.total, prepare)
      }
    } catch let error as ImageDecodingError {
      throw ImageFailure(error, bytesRead: bytes.count)
    }
  }
}
