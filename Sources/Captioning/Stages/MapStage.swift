import AsyncAlgorithms
import Tensors
import TextDecoding

/// Features to prefixes.
struct MapStage {
  let steps: any CaptioningSteps
  let meter: StageMeter
  let finish: @Sendable (StagedOutcome) -> Void

  func run(
    from input: AsyncChannel<StagedImage<Tensor>>, to output: AsyncChannel<StagedImage<Prefix>>
  ) async throws {
    defer { output.finish() }
    for await image in input {
      do {
        let (prefixes, milliseconds) = try meter.measure(images: 1) { try steps.prefixes(of: [image.content]) }
        await output.send(image.with(prefixes[0], adding: milliseconds))
      } catch {
        let failure = ImageFailure(.other, stage: .encode, message: "\(error)")
        finish(StagedOutcome(work: image.work, result: .failed(failure, hash: image.facts.hash)))
      }
    }
    try Task.checkCancellation()
  }
}
