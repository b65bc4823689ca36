import Tensors
package import TextDecoding

/// Generates captions from prefixes, side by side: the next image takes a finished one's place at once.
package struct GenerateStage {
  let steps: any CaptioningSteps
  /// The most captions generated side by side.
  let rows: Int
  let meter: StageMeter
  let finish: @Sendable (StagedOutcome) -> Void

  package init(
    steps: any CaptioningSteps, rows: Int, meter: StageMeter, finish: @escaping @Sendable (StagedOutcome) -> Void
  ) {
    self.steps = steps
    self.rows = rows
    self.meter = meter
    self.finish = finish
  }

  /// - Throws: `CancellationError`, and errors that are not due to a single image.
  package func run(from input: AsyncChannel<StagedImage<Prefix>>) async throws {
    let inbox = Inbox<StagedImage<Prefix>>(capacity: 16)
    try await withThrowingTaskGroup(of: Void.self) { group in
      // Not on the thread that computes, so that the inbox fills meanwhile.
      group.addTask(executorPreference: globalConcurrentExecutor) { try await inbox.fill(from: input) }
      var generation = try steps.makeGeneration()
      var growing: [Int: StagedImage<Void>] = [:]
      // Images that wait for memory until others are done.
      var waiting: [StagedImage<Prefix>] = []
      while true {
        if generation.rowCount == 0 && waiting.isEmpty {
          guard await inbox.wait() else { break }
        } else {
          // The encoder computes on the same thread: this is its turn.
          await Task.yield()
        }
        try Task.checkCancellation()
        waiting += inbox.take(upTo: rows - generation.rowCount - waiting.count)
        try add(&waiting, to: &generation, &growing)
        try step(&generation, &growing)
      }
      try await group.waitForAll()
    }
  }

  /// Adds those for which there is memory; an image that finds none even when alone fails.
  private func add(
    _ images: inout [StagedImage<Prefix>], to generation: inout any CaptionGeneration,
    _ growing: inout [Int: StagedImage<Void>]
  ) throws {
    while let image = images.first {
      do {
        try generation.add(id: image.work.sequence, prefix: image.content, view: image.view)
        growing[image.work.sequence] = image.with((), adding: 0)
      } catch is OutOfMemory where generation.rowCount > 0 {
        return
      } catch {
        fail(image.with((), adding: 0), error)
      }
      images.removeFirst()
    }
  }

  private func step(_ generation: inout any CaptionGeneration, _ growing: inout [Int: StagedImage<Void>]) throws {
    let count = generation.rowCount
    if count == 0 { return }
    let start = ContinuousClock.now
    let finished = try generation.step()
    let elapsed = ContinuousClock.now - start
    meter.add(images: finished.count, elapsed)
    let share = elapsed.milliseconds / Double(count)
    for id in growing.keys { growing[id]?.milliseconds += share }
    for (id, result) in finished {
      guard let image = growing.removeValue(forKey: id) else { continue }
      switch result {
      case .success(let caption):
        finish(
          StagedOutcome(
            work: image.work, result: .captioned(image.with(caption, adding: 0)), thumbnail: image.facts.thumbnail,
            stamp: image.facts.stamp))
      case .failure(let error):
        fail(image, error)
      }
    }
  }

  private func fail(_ image: StagedImage<Void>, _ error: any Error) {
    let failure = ImageFailure(error, .generation, stage: .generate)
    finish(StagedOutcome(work: image.work, result: .failed(failure, hash: image.facts.hash)))
  }
}
