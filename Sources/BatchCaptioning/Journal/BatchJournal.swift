package import ModelFiles
package import SystemPackage

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What a run has done, kept on disk so that the next run continues from there.
///
/// A directory beside the output: `settings.json`, `journal` (see `JournalRecord`), `pending` (see `PendingRows`),
/// indexes that can be rebuilt, a lock and, while a run lasts, `running`. An image counts as done when a commit follows
/// its record; outputs are flushed before that. A commit holds the length and a digest of each output, so that a
/// person's changes can be told from what a run wrote.
package final class BatchJournal {
  /// The most outputs: each takes one bit of a 64-bit word.
  package static let mostOutputs = 64

  package let directory: String
  /// What earlier runs left.
  package let resumed: Summary
  /// The offset at which this run's records begin.
  private(set) var runStart = 0
  /// The bit that stands for each of this run's outputs in an image's record, in the outputs' order.
  package let bits: [UInt64]
  /// Whether no run was killed since the last commit: then nothing follows what was committed.
  package let endedInOrder: Bool

  private let lock: FileLock
  private let file: RecordFile
  private let reading: InputFile
  private var buffer: [UInt8] = []
  private var byteCount: Int
  /// The indices of this run's outputs among all outputs.
  private let places: [Int]
  /// The positions of all outputs.
  private var positions: [OutputPosition]
  private var pendingRows: PendingRows
  private let pendingBefore: [Int: PendingBytes]
  /// The outputs that this run makes anew, as in `Summary.forgotten`.
  private var forgottenNow: [Int: Int] = [:]

  /// What a journal says up to its last commit.
  package struct Summary: Sendable, Equatable {
    /// The positions of all outputs, in the order in which they were added; `nil` where nothing was committed.
    package var positions: [OutputPosition]?
    package var tally = BatchTally()

    package init() {}
    /// The number of image records.
    package var images = 0
    /// The number of these that are directories and shards that could not be listed.
    var listingProblems = 0
    /// The number of these that replace earlier ones.
    var later = 0
    /// The journal's length in bytes up to the end of the last commit.
    var byteCount = JournalFile.header.count
    /// By output that was made anew, the offset from which records count for it.
    var forgotten: [Int: Int] = [:]
    /// Images whose captions were replaced while outputs may still have both rows: their paths as listed before and
    /// now.
    var replaced: [ReplacedPaths] = []
  }

  /// Opens the journal in `directory`, or begins one. If it throws, nothing is made.
  ///
  /// - Parameters:
  ///   - restarts: whether what an earlier run left is forgotten.
  ///   - adopts: whether files of outputs that the journal does not know may exist.
  ///   - outputs: what this run writes. Files of outputs that the journal does not know may not exist.
  /// - Throws: `BatchError`, `FileSystemError`.
  package init(
    directory: String, settings: BatchSettings, restarts: Bool, adopts: Bool = false, outputs: [NamedOutput]
  ) throws {
    let settingsPath = Path.join(directory, "settings.json")
    let path = Path.join(directory, "journal")
    let isOurs = FileSystem.isRegularFile(settingsPath)
    if !isOurs { try Self.checkUnknown(outputs, known: [], mayExist: restarts || adopts) }
    try FileSystem.createDirectory(directory)
    guard let lock = try FileLock.attempt(path: Path.join(directory, "lock")) else {
      throw BatchError.inUse(journal: directory)
    }
    var settings = settings
    if isOurs, !restarts {
      let before = try Self.settings(settingsPath)
      guard before.isOfThisVersion else { throw BatchError.olderJournal(path: directory) }
      let differences = before.differences(to: settings)
      if !differences.isEmpty { throw BatchError.otherSettings(journal: directory, differences: differences) }
      try Self.checkUnknown(outputs, known: before.outputs, mayExist: adopts)
      settings.outputs = before.outputs
    }
    for output in outputs where !settings.outputs.contains(output.name) { settings.outputs.append(output.name) }
    guard settings.outputs.count <= Self.mostOutputs else {
      throw BatchError.tooManyOutputs(journal: directory, limit: Self.mostOutputs)
    }
    if restarts {
      // The journal goes first: settings must never stand beside the records of other settings.
      for name in try ["journal", "settings.json"] + FileSystem.names(in: directory).filter({ $0.hasSuffix(".index") })
      { try FileSystem.remove(Path.join(directory, name)) }
      try PendingRows.remove(in: directory)
    }
    // Records without settings cannot be used.
    let isNew =
      try !isOurs || !FileSystem.isRegularFile(path) || InputFile(path: path).byteCount < JournalFile.header.count
    // A file that is no journal is reported before anything is written.
    resumed = try isNew ? Summary() : Self.summary(path)
    try FileSystem.writeAtomically(StableJSON.document(settings), to: settingsPath)
    let file = try RecordFile(path: path)
    if isNew {
      try file.truncate(to: 0)
      try JournalFile.header.withUnsafeBytes { try file.write($0, at: 0) }
      try file.synchronize()
    }
    self.directory = directory
    self.lock = lock
    self.file = file
    let places = outputs.map { output in settings.outputs.firstIndex(of: output.name) ?? 0 }
    self.places = places
    bits = places.map { place -> UInt64 in 1 << UInt64(place) }
    var positions = resumed.positions ?? []
    while positions.count < settings.outputs.count { positions.append(.start) }
    self.positions = positions
    endedInOrder = !FileSystem.isRegularFile(Path.join(directory, Self.runningName))
    let pendingRows = PendingRows(directory: directory)
    self.pendingRows = pendingRows
    pendingBefore = pendingRows.read()
    byteCount = resumed.byteCount
    try file.truncate(to: byteCount)
    reading = try InputFile(path: path)
    runStart = byteCount
    _ = append(.runStart)
  }

  private static let hashIndexName = "hashes.index"
  private static let runningName = "running"
  private var path: String { file.path }

  private static func checkUnknown(_ outputs: [NamedOutput], known: [String], mayExist: Bool) throws(BatchError) {
    if mayExist { return }
    for output in outputs where !known.contains(output.name) {
      if let file = output.file, FileSystem.isRegularFile(file) { throw .existingOutput(path: file) }
    }
  }

  private static func settings(_ path: String) throws -> BatchSettings {
    do {
      return try JSONDecoder().decode(BatchSettings.self, from: Data(FileSystem.read(path, limit: 1 << 20)))
    } catch {
      throw BatchError.unreadableJournal(path: path)
    }
  }

  private static func summary(_ path: String) throws -> Summary {
    var reader = try JournalFile.Reader(path: path)
    // What was read since the last commit counts once the next commit comes.
    var (committed, summary) = (Summary(), Summary())
    while let record = try reader.next() {
      switch record {
      case .runStart: break
      case .image(let image): summary.count(image)
      case .forgotten(let output): summary.forgotten[output] = reader.offset
      case .tidied: summary.replaced.removeAll()
      case .commit(let positions):
        summary.positions = positions
        summary.byteCount = reader.offset
        committed = summary
      }
    }
    return committed
  }

  /// Where earlier runs stopped in each of this run's outputs, in their order; `nil` where an output has nothing.
  package var outputPositions: [OutputPosition?] {
    places.map { positions[$0] == .start ? nil : positions[$0] }
  }

  /// The number of one of this run's outputs among all outputs that the journal knows: the same in every run.
  package func number(ofOutput index: Int) -> Int { places[index] }

  /// What the last run was about to write to each of this run's outputs, in their order.
  package var outputsPending: [PendingBytes?] { places.map { pendingBefore[$0] } }

  /// Moves outputs to positions other than those where earlier runs stopped. This is final at once.
  ///
  /// - Parameter moved: the new positions, by the outputs' indices among this run's; `nil` where the file is gone and
  ///   the output begins anew: it is to get all images again.
  /// - Throws: `FileSystemError`.
  package func move(_ moved: [Int: OutputPosition?]) throws(FileSystemError) {
    if moved.isEmpty { return }
    for (index, position) in moved.sorted(by: { $0.key < $1.key }) {
      let place = places[index]
      positions[place] = position ?? .start
      if position != nil { continue }
      _ = append(.forgotten(output: place))
      forgottenNow[place] = byteCount + buffer.count
    }
    _ = append(.commit(positions))
    try writeBuffer()
  }

  /// Marks the beginning of writing. Until `end`, a kill may leave more in the outputs than was committed.
  package func begin() throws(FileSystemError) {
    try FileSystem.writeAtomically([], to: Path.join(directory, Self.runningName))
  }

  /// Marks that all that was written is committed.
  package func end() throws(FileSystemError) {
    try FileSystem.remove(Path.join(directory, Self.runningName))
    FileSystem.synchronize(directory)
  }

  /// Adds an image's record, in memory until `commit`.
  ///
  /// - Returns: the record's offset, for `caption(at:)`.
  @discardableResult
  package func append(_ image: JournalledImage) -> Int { append(.image(image)) }

  /// Records that no output has rows of replaced captions any more: final with the next commit.
  func appendTidied() { _ = append(.tidied) }

  private func append(_ record: JournalRecord) -> Int {
    defer { buffer += JournalFile.frame(record) }
    return byteCount + buffer.count
  }

  /// Records what the outputs are about to write, before they do.
  ///
  /// - Parameter pending: the bytes for each of this run's outputs; `nil` where they need not be known.
  /// - Throws: `FileSystemError`.
  package func prepare(_ pending: [PendingBytes?]) throws(FileSystemError) {
    var entries: [Int: PendingBytes] = [:]
    for (place, bytes) in zip(places, pending) { if let bytes { entries[place] = bytes } }
    if !entries.isEmpty { try pendingRows.write(entries) }
  }

  /// Makes all records final. Outputs must be on the disk up to their positions before this.
  ///
  /// - Parameter outputs: the position of each of this run's outputs.
  /// - Throws: `FileSystemError`; the journal is then as it was at the last commit.
  package func commit(_ outputs: [OutputPosition]) throws(FileSystemError) {
    for (place, position) in zip(places, outputs) { positions[place] = position }
    _ = append(.commit(positions))
    try writeBuffer()
  }

  private func writeBuffer() throws(FileSystemError) {
    try file.write(buffer, at: byteCount)
    try file.synchronize()
    byteCount += buffer.count
    buffer.removeAll(keepingCapacity: true)
  }

  /// The committed captions, to be read from any thread.
  var captions: JournalledCaptions { JournalledCaptions(file: reading) }

  /// Which images earlier runs have done.
  package var resumeSource: ResumeSource {
    ResumeSource(
      journal: path, end: runStart, directory: directory, images: resumed.images, failed: resumed.tally.failed,
      later: resumed.later, forgotten: resumed.forgotten.merging(forgottenNow) { $1 })
  }

  /// The path of the index from an image's hash to the record of its caption, which is kept across runs.
  var hashIndexPath: String { Path.join(directory, Self.hashIndexName) }

  /// Calls `body` with every failure that counts, in the order of their records.
  ///
  /// - Parameter listedAll: whether directories and shards that this run could list are no longer failures.
  package func forEachFailure(listedAll: Bool, _ body: (FilePath, ImageFailure) throws -> Void) throws {
    // By key, the number of later records that make an earlier one void.
    let voids = try DiskIndex.empty(path: Path.join(directory, "voids.index"), expected: 0)
    defer { try? FileSystem.remove(voids.path) }
    try forEachImage { image, _ in
      if image.isRetry || image.isListingProblem { try voids.add(1, to: image.key) }
    }
    try forEachImage { image, offset in
      guard case .failed(let failure, let path) = image.outcome else { return }
      if image.isListingProblem {
        // Only the last one of each key counts.
        if try voids.add(-1, to: image.key) > 1 || (listedAll && offset < runStart) { return }
      } else if try (voids[image.key] ?? 0) > 0 {
        try voids.add(-1, to: image.key)
        return
      }
      try body(path, failure)
    }
  }

  private func forEachImage(_ body: (JournalledImage, _ offset: Int) throws -> Void) throws {
    var reader = try JournalFile.Reader(path: path, to: byteCount)
    while true {
      let offset = reader.offset
      guard let record = try reader.next() else { return }
      if case .image(let image) = record { try body(image, offset) }
    }
  }
}

extension BatchJournal.Summary {
  fileprivate mutating func count(_ image: JournalledImage) {
    images += 1
    if image.isListingProblem { return listingProblems += 1 }
    if image.isRetry || image.isAgain { later += 1 }
    if let before = image.replacedPath {
      replaced.append(ReplacedPaths(before: before, now: image.source?.path ?? before))
    }
    guard image.isAgain else { return tally.count(image.outcome, isRetry: image.isRetry) }
    // The image was counted when it was first done.
    if image.isRetry {
      tally.failed -= 1
      tally.captioned += 1
    }
    switch image.outcome {
    case .captioned, .skipped, .present: break
    case .failed:
      tally.failed += 1
      tally.captioned = max(0, tally.captioned - 1)
    }
  }
}
