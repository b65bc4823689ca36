import ModelFiles
package import SystemPackage
import Tensors

/// The last stage: puts outcomes into the list's order, and writes them to the outputs and the journal.
///
/// An actor on a thread of its own, since it waits for the disk.
package actor BatchWriter {
  package struct Settings: Sendable {
    /// The captioner's name, as given by `--model`.
    package var model = ""
    /// The text before every caption.
    package var prefixText = ""
    /// The text after every caption.
    package var suffixText = ""
    /// The number of failures that ends the run; `nil` for no limit.
    package var maximumErrors: Int?
    /// The most images between two commits; there is also one every second.
    package var commitInterval = 1000

    package init() {}
  }

  private let thread: ActorThread
  package nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

  private let settings: Settings
  private let outputs: [any BatchOutput]
  private let journal: BatchJournal
  private let ledger: ErrorLedger?
  private let onFailure: @Sendable (FilePath, ImageFailure) -> Void
  private let onReplaced: @Sendable (FilePath) -> Void

  private var waiting = OrderedOutcomes()
  private var contents: ContentIndex?
  private var uncommitted = 0
  private var failures = 0
  /// Whether earlier lines of the ledger may no longer be right.
  private var isLedgerStale = false
  /// Images whose captions were replaced, and whose old and new rows outputs may both have.
  private var replaced: [ReplacedPaths]

  /// - Parameters:
  ///   - outputs: those that may refuse an image come first, so that no other has it by then.
  ///   - ledger: the ledger of errors; `nil` for none.
  ///   - onFailure: called for each image that has no caption.
  ///   - onReplaced: called for each image that has a new caption because its file was replaced by another.
  /// - Throws: `TooFewThreads`, and what the ledger throws.
  package init(
    settings: Settings, outputs: sending [any BatchOutput], journal: sending BatchJournal, ledger: sending ErrorLedger?,
    onFailure: @escaping @Sendable (FilePath, ImageFailure) -> Void = { _, _ in },
    onReplaced: @escaping @Sendable (FilePath) -> Void = { _ in }
  ) throws {
    thread = try ActorThread()
    self.settings = settings
    self.outputs = outputs
    self.journal = journal
    self.ledger = ledger
    self.onFailure = onFailure
    self.onReplaced = onReplaced
    replaced = journal.resumed.replaced
    try journal.begin()
    // A run that was killed may have left lines that the journal does not have.
    try ledger?.rewrite(from: journal, listedAll: false)
  }

  /// The counts of earlier runs.
  package var resumed: BatchTally { journal.resumed.tally }

  func isPresent(_ image: ListedImage) -> Bool {
    !outputs.isEmpty && outputs.allSatisfy { $0.isPresent(image) }
  }

  func makeContentIndex() throws -> ContentIndex {
    waiting.expectsCopies = true
    let contents = try ContentIndex(path: journal.hashIndexPath, captions: journal.captions)
    self.contents = contents
    return contents
  }

  func resumeSource() -> ResumeSource { journal.resumeSource }

  /// The check for images that earlier runs did.
  func doneCheck() -> DoneCheck {
    var check = DoneCheck()
    check.places = RelativePlaces(journal: FilePath(journal.directory))
    for (output, bit) in zip(outputs, journal.bits) {
      check.outputs |= bit
      if let sidecars = output as? SidecarOutput { check.sidecars.append((bit, sidecars.paths)) }
    }
    return check
  }

  enum Event: Sendable {
    case done(StagedOutcome)
    /// A second has passed: the sign to commit.
    case tick
  }

  /// Writes until the events end or the task is cancelled; afterwards the outputs are whole and committed.
  ///
  /// - Throws: `FileSystemError` and what else outputs throw; what was committed before stays.
  func run(
    _ events: AsyncStream<Event>, window: Budget, progress: BatchProgress
  ) async throws -> BatchEnding {
    let meter = progress.meter(.write)
    var ending = BatchEnding.all
    reading: for await event in events {
      switch event {
      case .tick:
        if uncommitted > 0 { _ = try meter.measure(images: 0) { try commit() } }
      case .done(let outcome):
        waiting.insert(outcome)
        while let next = waiting.next() {
          _ = try meter.measure(images: 1) { try write(next, progress) }
          window.give(1)
          if let limit = settings.maximumErrors, failures > limit {
            ending = .tooManyErrors
            break reading
          }
        }
      }
    }
    if uncommitted > 0 { try commit() }
    if !replaced.isEmpty { try takeOutReplaced() }
    for output in outputs { try output.finish() }
    try journal.end()
    return ending
  }

  /// The last call of a run.
  ///
  /// - Parameter listedAll: whether the run came to the list's end.
  func close(listedAll: Bool) throws {
    if isLedgerStale || (listedAll && journal.resumed.listingProblems > 0) {
      try ledger?.rewrite(from: journal, listedAll: listedAll)
    }
  }

  private func write(_ next: OrderedOutcomes.Next, _ progress: BatchProgress) throws {
    let work = next.outcome.work
    var image = FinishedImage(work.image, outcome: outcome(next))
    let again: AgainTask? = if case .again(let again) = work.task { again } else { nil }
    let isRetry = work.task == .retry || again?.isRetry == true
    image.thumbnail = next.outcome.thumbnail
    image.isRetry = isRetry
    if let earlier = again?.earlier, let before = earlier.caption, let caption = image.caption,
      caption.hash != before.hash
    {
      image.replaced = (before, earlier.source?.path ?? work.image.path)
    }
    let wanted = outputBits(wanting: image, again)
    for (output, bit) in zip(outputs, journal.bits) where wanted & bit != 0 {
      do {
        try output.write(image)
      } catch let failure as ImageFailure {
        image.outcome = .failed(failure)
      }
    }
    let record = record(image, work, again, wanted, stamp: next.outcome.stamp)
    let offset = journal.append(record)
    uncommitted += 1
    if let hash = next.outcome.ownHash, let contents {
      let caption = image.caption.map { (JournalledCaption($0), offset: offset) }
      waiting.settled(hash, waiting: contents.settle(hash, caption))
    }
    if let failure = image.failure {
      failures += 1
      try ledger?.write(image)
      onFailure(work.image.path, failure)
    }
    if isRetry || (record.isListingProblem && journal.resumed.listingProblems > 0) { isLedgerStale = true }
    if image.replaced != nil, image.caption != nil {
      if let before = record.replacedPath { replaced.append(ReplacedPaths(before: before, now: work.image.path)) }
      onReplaced(work.image.path)
    }
    progress.count(image, isCopy: next.outcome.isCopy, again: again)
    if uncommitted >= settings.commitInterval { try commit() }
  }

  /// The bits of the outputs that are to have the image.
  private func outputBits(wanting image: FinishedImage, _ again: AgainTask?) -> UInt64 {
    let all = journal.bits.reduce(0, |)
    guard let again, image.caption != nil, image.replaced == nil else { return all }
    return again.lacking
  }

  private func record(
    _ image: FinishedImage, _ work: ImageWork, _ again: AgainTask?, _ wanted: UInt64, stamp: FileStamp?
  ) -> JournalledImage {
    var record = JournalledImage(
      key: work.key, isRetry: image.isRetry, isAgain: again != nil,
      outcome: JournalledImage.Outcome(image.outcome, path: image.path), outputs: wanted)
    guard image.caption != nil else {
      if case .present = image.outcome { record.outputs = journal.bits.reduce(0, |) }
      return record
    }
    if image.replaced == nil, let again { record.outputs |= again.earlier.outputs }
    if let stamp { record.source = JournalledSource(path: image.path, stamp: stamp) }
    record.replacedPath = image.replaced?.path
    return record
  }

  /// Removes the rows of replaced captions from the outputs. If the run is killed meanwhile, the old file or the new
  /// one is there, and the journal knows both.
  private func takeOutReplaced() throws {
    let pending = try outputs.map { try $0.prepareReplacement(replaced) }
    try journal.prepare(pending)
    for output in outputs { try output.replace() }
    journal.appendTidied()
    try journal.commit(outputs.map { try $0.flush() })
    replaced = []
  }

  private func outcome(_ next: OrderedOutcomes.Next) -> FinishedImage.Outcome {
    switch next.result {
    case .skipped: .skipped
    case .present: .present
    case .failed(let failure, _): .failed(failure)
    case .captioned(let image):
      .captioned(
        BatchCaption(
          text: settings.prefixText + image.content.text + settings.suffixText, judgement: image.content.judgement,
          width: image.facts.width, height: image.facts.height, hash: image.facts.hash, model: settings.model,
          milliseconds: next.outcome.isCopy ? 0 : image.milliseconds, finishReason: image.content.finishReason))
    case .copy(let caption):
      .captioned(
        BatchCaption(
          text: caption.text, judgement: caption.judgement, width: caption.width, height: caption.height,
          hash: caption.hash, model: settings.model, milliseconds: 0, finishReason: caption.finishReason))
    case .pendingCopy:
      preconditionFailure("the caption of a copy is known when its turn comes")
    }
  }

  /// Outputs first: what the journal calls done must be on the disk.
  private func commit() throws {
    try journal.prepare(outputs.map { $0.pending })
    try journal.commit(outputs.map { try $0.flush() })
    try contents?.commit()
    uncommitted = 0
  }
}

extension JournalledImage.Outcome {
  fileprivate init(_ outcome: FinishedImage.Outcome, path: FilePath) {
    switch outcome {
    case .captioned(let caption): self = .captioned(JournalledCaption(caption))
    case .failed(let failure): self = .failed(failure, path: path)
    case .skipped: self = .skipped
    case .present: self = .present
    }
  }
}
