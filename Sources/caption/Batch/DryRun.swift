import BatchCaptioning
import Captioning
import Logging
import Synchronization
import SystemPackage

/// Reads and decodes all images, and reports what is wrong with them.
struct DryRun {
  let log: Logger

  /// - Throws: `ExitCode` 1 where images cannot be captioned.
  func run(_ listing: ImageListing, steps: CaptionerSteps, settings: BatchPipeline.Settings) async throws {
    let progress = BatchProgress()
    let pipeline = BatchPipeline(settings: settings, steps: steps, progress: progress)
    let log = log
    try await Interruptible.run(outcome: { _ in "nothing was written" }) {
      try await pipeline.check({ try ImageLister(listing) }) { path, failure in
        log.error("\(path.text): \(failure.message)", metadata: ["code": "\(failure.code.rawValue)"])
      }
    }
    let tally = progress.snapshot.tally
    log.info(
      "\(tally.present) images to caption, \(tally.failed) that cannot be, \(tally.skipped) files that are no images",
      metadata: ["images": "\(tally.present)", "failed": "\(tally.failed)", "skipped": "\(tally.skipped)"])
    if tally.failed > 0 { throw Failure.someImagesFailed }
  }
}
