package import Captioning
package import Tensors

/// Encodes pixels to features, as many images at once as are ready.
package struct EncodeStage {
  let steps: any CaptioningSteps
  /// The most images encoded at once.
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

  /// - Throws: `CancellationError`. An image that cannot be encoded goes to `finish`.
  package func run(
    from input: AsyncChannel<StagedImage<ImagePixels>>, to output: AsyncChannel<StagedImage<Tensor>>
  ) async throws {
    defer { output.finish() }
    let inbox = Inbox<StagedImage<ImagePixels>>(capacity: 2 * batchSize)
    try await withThrowingTaskGroup(of: Void.self) { group in
      // Not on the thread that computes, so that the inbox fills meanwhile.
      group.addTask(executorPreference: globalConcurrentExecutor) { try await inbox.fill(from: input) }
      while await inbox.wait() {
        try Task.checkCancellation()
        for image in encode(inbox.take(upTo: batchSize)) { await output.send(image) }
      }
      try await group.waitForAll()
    }
  }

  private func encode(_ images: [StagedImage<ImagePixels>]) -> [StagedImage<Tensor>] {
    do {
      let (features, milliseconds) = try meter.measure(images: images.count) {
        try steps.features(of: images.map(\.content))
      }
      return zip(images, features).map { $0.with($1, adding: milliseconds / Double(images.count)) }
    } catch {
      // Retry one at a time to find the culprit.
      if images.count > 1 { return images.flatMap { encode([$0]) } }
      for image in images {
        let failure = ImageFailure(error, .other, stage: .encode)
        finish(StagedOutcome(work: image.work, result: .failed(failure, hash: image.facts.hash)))
      }
      return []
    }
  }
}
