package import Tensors
package import TextDecoding

/// Maps features to prefixes, as many images at once as are ready: the mapper's weights are read once for all of them.
package struct MapStage {
  let steps: any CaptioningSteps
  /// The most images mapped at once.
  let batchSize: Int
  let meter: StageMeter
  let finish: @Sendable (StagedOutcome) -> Void

  package init(
    steps: any CaptioningSteps, batchSize: Int, meter: StageMeter, finish: @escaping @Sendable (StagedOutcome) -> Void
  ) {
    self.steps = steps
    self.batchSize = batchSize
    self.meter = meter
    self.finish = finish
  }

  /// - Throws: `CancellationError`. An image that has no prefix goes to `finish`.
  package func run(
    from input: AsyncChannel<StagedImage<Tensor>>, to output: AsyncChannel<StagedImage<Prefix>>
  ) async throws {
    defer { output.finish() }
    let inbox = Inbox<StagedImage<Tensor>>(capacity: batchSize)
    try await withThrowingTaskGroup(of: Void.self) { group in
      // Not on the thread that computes, so that the inbox fills meanwhile.
      group.addTask(executorPreference: globalConcurrentExecutor) { try await inbox.fill(from: input) }
      while await inbox.wait() {
        try Task.checkCancellation()
        for image in map(inbox.take(upTo: batchSize)) { await output.send(image) }
      }
      try await group.waitForAll()
    }
  }

  private func map(_ images: [StagedImage<Tensor>]) -> [StagedImage<Prefix>] {
    do {
      let (prefixes, milliseconds) = try meter.measure(images: images.count) {
        try steps.prefixes(of: images.map(\.content))
      }
      let views = steps.views(of: images.map(\.content))
      return zip(zip(images, prefixes), views).map { item, view in
        var mapped = item.0.with(item.1, adding: milliseconds / Double(images.count))
        mapped.view = view
        return mapped
      }
    } catch {
      // Retry one at a time to find the culprit.
      if images.count > 1 { return images.flatMap { map([$0]) } }
      for image in images {
        let failure = ImageFailure(error, .other, stage: .encode)
        finish(StagedOutcome(work: image.work, result: .failed(failure, hash: image.facts.hash)))
      }
      return []
    }
  }
}
