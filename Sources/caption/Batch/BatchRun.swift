import ArgumentParser
import BatchCaptioning
import Captioning
import Foundation
import ImageEncoding
import Logging
import ModelFiles
import Synchronization
import SystemPackage
import Tensors
import TextDecoding

/// A run of `caption batch`.
struct BatchRun {
  private let command: BatchCommand
  private let log: Logger

  init(_ command: BatchCommand) {
    self.command = command
    log = command.running.logger
  }

  /// - Throws: `ExitCode` 1 where images failed; `Interruption`; what keeps the run from beginning or going on.
  func run() async throws {
    // The reader of our rows may go away; then writing reports it, and what is done is kept.
    signal(SIGPIPE, SIG_IGN)
    let plan = try BatchPlan(command.outputs, inputs: command.images.paths, shard: command.images.shard)
    let listing = try command.images.listing(excluding: plan.ownPaths)
    for warning in plan.warnings(ofRoots: listing.roots) { log.warning("\(warning)") }
    var captioner = try command.model.load(log: log)
    captioner.certainty = command.certainty.policy
    let options = try command.wording.options(for: captioner)
    let imageDecoder = ImageDecoder(options: command.reading.options)
    if command.running.dryRun {
      return try await DryRun(log: log).run(
        listing, steps: CaptionerSteps(captioner, imageDecoder: imageDecoder, options: options),
        settings: pipelineSettings(options))
    }
    captioner = try captioner.prepared(command.model.precision, isBatch: true)
    do {
      try await withJournal(plan) { [captioner] directory in
        try plan.check(listing, journal: directory)
        let journal = try BatchJournal(
          directory: directory, settings: settings(plan, captioner, options), restarts: command.running.restart,
          adopts: command.running.adopt, outputs: plan.namedOutputs(journal: directory))
        try await run(plan, listing, journal, captioner, options, imageDecoder)
      }
    } catch let error as OutputError where error.isBrokenPipe {
      // Handle the signal as if it had never been ignored.
      signal(SIGPIPE, SIG_DFL)
      raise(SIGPIPE)
      throw error
    }
  }

  /// A run that only streams has a journal for as long as it lasts.
  private func withJournal(_ plan: BatchPlan, _ body: (String) async throws -> Void) async throws {
    if let journal = plan.journal { return try await body(journal) }
    let directory = FileManager.default.temporaryDirectory.appending(path: "caption-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: directory) }
    try await body(directory.path(percentEncoded: false))
  }

  private func settings(_ plan: BatchPlan, _ captioner: Captioner, _ options: GenerationOptions) throws -> BatchSettings
  {
    var settings = plan.settings
    settings["--model"] =
      "\(captioner.manifest.name) \(FileHash.hash(of: try StableJSON.document(captioner.manifest)).hexadecimal.prefix(12))"
    settings["--precision"] = command.model.precision.rawValue
    settings["--shard"] = command.images.shard
    let groups = [command.wording.settings(options), command.reading.settings, command.certainty.settings]
    for group in groups { settings.merge(group) { $1 } }
    return BatchSettings(settings)
  }

  private func pipelineSettings(_ options: GenerationOptions) -> BatchPipeline.Settings {
    var settings = BatchPipeline.Settings()
    settings.workers = min(max(Threads.count, 1), 16)
    // As many rows as keep the processor busy; each beam is a row.
    if case .beam(let width, _, _, _) = options.strategy { settings.rows = max(1, 64 / width) }
    settings.maximumFileBytes = command.reading.options.maximumFileBytes
    settings.deduplicates = !command.running.noDedupe
    settings.retriesErrors = command.running.retryErrors
    return settings
  }

  private func run(
    _ plan: BatchPlan, _ listing: ImageListing, _ journal: sending BatchJournal, _ captioner: Captioner,
    _ options: GenerationOptions, _ imageDecoder: ImageDecoder
  ) async throws {
    let (resumed, directory) = (journal.resumed, journal.directory)
    let places = try plan.places(journal, restarts: command.running.restart, adopts: command.running.adopt)
    if resumed.tally.total > 0 { log.info("going on: \(resumed.tally.total) images were done before") }
    for notice in plan.notices(places, journal) { log.info("\(notice)") }
    try plan.settle(places, in: journal)
    let warn: @Sendable (FilePath, String) -> Void = { [log] path, warning in
      log.warning("\(Terminal.printable(path.text)): \(warning)")
    }
    let outputs = try plan.make(
      places, roots: listing.roots, journal: directory, model: captioner.manifest.name, onNotice: warn)
    let samples = outputs.compactMap { ($0 as? GalleryOutput)?.sample }
    let progress = BatchProgress(resumed: resumed.tally)
    var writing = BatchWriter.Settings()
    writing.model = captioner.manifest.name
    (writing.prefixText, writing.suffixText) = (command.outputs.prefixText, command.outputs.suffixText)
    writing.maximumErrors = command.running.maxErrors
    writing.commitInterval = command.running.commitEvery
    let failures = FailureLog(log: log, ledger: plan.ledger)
    let writer = try BatchWriter(
      settings: writing, outputs: outputs, journal: journal,
      ledger: try plan.ledger.map {
        try ErrorLedger(path: $0, format: ErrorLedgerFormat(), journal: directory)
      },
      onFailure: { failures.report($0, $1) },
      onReplaced: { [log] path in
        log.info("\(Terminal.printable(path.text)): its file was replaced after it was captioned; it is captioned anew")
      })
    var pipelineSettings = pipelineSettings(options)
    pipelineSettings.looksForPresent = plan.hasOnlySidecars
    var pipeline = BatchPipeline(
      settings: pipelineSettings, steps: CaptionerSteps(captioner, imageDecoder: imageDecoder, options: options),
      progress: progress)
    pipeline.onWarning = warn
    pipeline.wantsThumbnail = { path in samples.contains { $0.wants(path) } }
    let start = ContinuousClock.now
    let ending = try await report(progress, listing) { [pipeline] in
      try await pipeline.run({ try ImageLister(listing, onWarning: warn) }, writer: writer)
    }
    if ending == .all { tellOfNothing(progress.snapshot) }
    try finish(
      ending,
      BatchSummary(
        snapshot: progress.snapshot, seconds: (ContinuousClock.now - start).seconds, workers: pipelineSettings.workers,
        peakMemory: ProcessMemory.peak),
      ledger: plan.ledger)
  }

  /// Runs `body` while the progress is shown and the list is counted.
  private func report(
    _ progress: BatchProgress, _ listing: ImageListing, _ body: @escaping @Sendable () async throws -> BatchEnding
  ) async throws -> BatchEnding {
    let reporter = BatchReporter(progress: progress, options: command.running)
    let reporting = Task { await reporter.run() }
    let counting = Task.detached { if let count = try? listing.count() ?? nil { progress.setListed(count) } }
    let trimming = Task.detached { await Heap.trimRegularly() }
    defer {
      counting.cancel()
      trimming.cancel()
    }
    let ending = Mutex(BatchEnding.all)
    let result: Result<Void, any Error>
    do {
      try await Interruptible.run(outcome: { _ in "what is done is kept; the same command goes on from there" }) {
        let value = try await body()
        ending.withLock { $0 = value }
      }
      result = .success(())
    } catch {
      result = .failure(error)
    }
    reporting.cancel()
    await reporting.value
    try result.get()
    return ending.withLock { $0 }
  }

  /// Warns where nothing was found: a wrong pattern shows in no other way.
  private func tellOfNothing(_ snapshot: BatchProgress.Snapshot) {
    if snapshot.tally.total + snapshot.resumed > 0 || command.running.retryErrors { return }
    let places = (command.images.paths + command.images.fromFile).joined(separator: " ")
    if !command.images.include.isEmpty {
      let patterns = command.images.include.map { "'\($0)'" }.joined(separator: " ")
      log.warning("--include \(patterns) matches nothing in \(places)")
    } else if command.images.shard == nil {
      log.warning("no files were found in \(places)")
    }
  }

  private func finish(_ ending: BatchEnding, _ summary: BatchSummary, ledger: String?) throws {
    let place = summary.failed > 0 ? ledger.map { ", listed in \($0)" } ?? "" : ""
    log.info("\(summary.counts)\(place)", metadata: summary.metadata)
    if let throughput = summary.throughput { log.info("\(throughput)") }
    if let bottleneck = summary.bottleneck { log.info("\(bottleneck)") }
    if ending == .tooManyErrors {
      log.error("stopped: more than \(command.running.maxErrors ?? 0) images failed")
      throw Failure.tooManyErrors
    }
    if summary.failed > 0 { throw Failure.someImagesFailed }
  }
}

/// Reports the first failures one by one; a ledger holds them all.
private final class FailureLog: Sendable {
  private static let most = 20
  private let log: Logger
  private let ledger: String?
  private let count = Mutex(0)

  init(log: Logger, ledger: String?) {
    self.log = log
    self.ledger = ledger
  }

  func report(_ path: FilePath, _ failure: ImageFailure) {
    let number = count.withLock { count in
      count += 1
      return count
    }
    if ledger != nil && number > Self.most { return }
    log.error(
      "\(Terminal.printable(path.text)): \(failure.message.replacing(path.text, with: Terminal.printable(path.text)))",
      metadata: ["path": "\(path.text)", "code": "\(failure.code.rawValue)"])
    if let ledger, number == Self.most { log.error("further failures are listed in \(ledger) only") }
  }
}
