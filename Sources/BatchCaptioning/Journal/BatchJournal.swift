package import ModelFiles
package import SystemPackage

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What a run has done, on disk, so that the next one goes on from there.
///
/// A directory beside the output: `settings.json`, `journal` (see `JournalRecord`), `pending` (see `PendingRows`), indexes
/// that can be made anew, a lock, and while a run lasts, `running`. An image counts as done when a commit stands behind its
/// record; outputs are flushed before that. A commit names the length of each output and a digest of what it holds, so that
/// what a person changed is told from what a run wrote.
package final class BatchJournal {
  /// Each has a bit of a word.
  package static let mostOutputs = 64

  package let directory: String
  /// What earlier runs left.
  package let resumed: Summary
  /// Where this run's records begin.
  private(set) var runStart = 0
  /// Of this run's outputs, in their order: what stands for each in an image's record.
  package let bits: [UInt64]
  /// Whether no run was killed since the last commit: then nothing stands behind what was committed.
  package let endedInOrder: Bool

  private let lock: FileLock
  private let file: RecordFile
  private let reading: InputFile
  private var buffer: [UInt8] = []
  private var byteCount: Int
  /// The places of this run's outputs among all.
  private let places: [Int]
  /// Where all outputs are.
  private var positions: [OutputPosition]
  private var pendingRows: PendingRows
  private let pendingBefore: [Int: PendingBytes]
  /// Of outputs that this run makes anew: see `Summary.forgotten`.
  private var forgottenNow: [Int: Int] = [:]

  /// What a journal tells up to its last commit.
  package struct Summary: Sendable, Equatable {
    /// Of all outputs, in the order in which they came; `nil` where nothing was committed.
    package var positions: [OutputPosition]?
    package var tally = BatchTally()

    package init() {}
    /// Records of images.
    package var images = 0
    /// Of these, those of directories and shards that could not be listed.
    var listingProblems = 0
    /// Of these, those that take the place of earlier ones.
    var later = 0
    /// Up to the end of the last commit.
    var byteCount = JournalFile.header.count
    /// Of outputs that were made anew: from where on records count for them.
    var forgotten: [Int: Int] = [:]
    /// Images whose captions were replaced, while outputs may still have the rows of both: as they were listed before, and
    /// then.
    var replaced: [ReplacedPaths] = []
  }

  /// Opens the journal in `directory`, or begins one. Nothing is made where it throws.
  ///
  /// - Parameters:
  ///   - restarts: what an earlier run left is forgotten.
  ///   - adopts: files of outputs that the journal does not know may be there.
  ///   - outputs: what this run writes. The files of those that the journal does not know may not exist.
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
      // The journal goes first: settings must never stand beside records of others.
      for name in try ["journal", "settings.json"] + FileSystem.names(in: directory).filter({ $0.hasSuffix(".index") })
      { try FileSystem.remove(Path.join(directory, name)) }
      try PendingRows.remove(in: directory)
    }
    // Records without settings are nobody's.
    let isNew =
      try !isOurs || !FileSystem.isRegularFile(path) || InputFile(path: path).byteCount < JournalFile.header.count
    // A file that is no journal is told of before anything is written.
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
    // What was read since the last commit counts when the next one comes.
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

  /// Where earlier runs stopped, of this run's outputs, in their order; `nil` where an output has nothing.
  package var outputPositions: [OutputPosition?] {
    places.map { positions[$0] == .start ? nil : positions[$0] }
  }

  /// The number of one of this run's outputs among all that the journal knows: the same in every run.
  package func number(ofOutput index: Int) -> Int { places[index] }

  /// What the last run was about to write, of this run's outputs, in their order.
  package var outputsPending: [PendingBytes?] { places.map { pendingBefore[$0] } }

  /// Takes outputs to other positions than where earlier runs stopped. This is final at once.
  ///
  /// - Parameter moved: by the outputs' places among this run's; `nil` where the file is gone, and the output begins anew: all
  ///   images are to come to it again.
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

  /// A run begins to write. Until `end`, a kill may leave more in the outputs than was committed.
  package func begin() throws(FileSystemError) {
    try FileSystem.writeAtomically([], to: Path.join(directory, Self.runningName))
  }

  /// All that was written is committed.
  package func end() throws(FileSystemError) {
    try FileSystem.remove(Path.join(directory, Self.runningName))
    FileSystem.synchronize(directory)
  }

  /// Adds an image's record, in memory until `commit`.
  ///
  /// - Returns: where it stands, for `caption(at:)`.
  @discardableResult
  package func append(_ image: JournalledImage) -> Int { append(.image(image)) }

  /// No output has the rows of captions that were replaced: final with the next commit.
  func appendTidied() { _ = append(.tidied) }

  private func append(_ record: JournalRecord) -> Int {
    defer { buffer += JournalFile.frame(record) }
    return byteCount + buffer.count
  }

  /// Says what the outputs are about to write, before they do.
  ///
  /// - Parameter pending: of each of this run's outputs; `nil` where that need not be known.
  /// - Throws: `FileSystemError`.
  package func prepare(_ pending: [PendingBytes?]) throws(FileSystemError) {
    var entries: [Int: PendingBytes] = [:]
    for (place, bytes) in zip(places, pending) { if let bytes { entries[place] = bytes } }
    if !entries.isEmpty { try pendingRows.write(entries) }
  }

  /// Makes all records final. Outputs must be on the disk up to their positions before.
  ///
  /// - Parameter outputs: where each of this run's outputs is.
  /// - Throws: `FileSystemError`; the journal is as it was at the last commit then.
  package func commit(_ outputs: [OutputPosition]) throws(FileSystemError) {
    for (place, position) in zip(places, outputs) { positions[place] = position }
    _ = append(.commit(positions))
    try writeBuffer()
  }

  private func writeBuffer() throws(FileSystemError) {
    let written: Result<Void, FileSystemError> = buffer.withUnsafeBytes { bytes in
      Result { () throws(FileSystemError) in try file.write(bytes, at: byteCount) }
    }
    try written.get()
    try file.synchronize()
    byteCount += buffer.count
    buffer.removeAll(keepingCapacity: true)
  }

  /// Captions that are committed, to be read from any thread.
  var captions: JournalledCaptions { JournalledCaptions(file: reading) }

  /// Which images earlier runs have done.
  package var resumeSource: ResumeSource {
    ResumeSource(
      journal: path, end: runStart, directory: directory, images: resumed.images, failed: resumed.tally.failed,
      later: resumed.later, forgotten: resumed.forgotten.merging(forgottenNow) { $1 })
  }

  /// Of the index from an image's hash to the record of its caption, which is kept over runs.
  var hashIndexPath: String { Path.join(directory, Self.hashIndexName) }

  /// Calls `body` with every failure that counts, in the order of their records.
  ///
  /// - Parameter listedAll: directories and shards that this run found in order are no longer failures.
  package func forEachFailure(listedAll: Bool, _ body: (FilePath, ImageFailure) throws -> Void) throws {
    // How many later records there are of a key that make an earlier one void.
    let voids = try DiskIndex.empty(path: Path.join(directory, "voids.index"), expected: 0)
    defer { try? FileSystem.remove(voids.path) }
    try forEachImage { image, _ in
      if image.isRetry || image.isListingProblem { try voids.add(1, to: image.key) }
    }
    try forEachImage { image, offset in
      guard case .failed(let failure, let path) = image.outcome else { return }
      if image.isListingProblem {
        // The last one of each counts.
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
    // The image was counted when it was done first.
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
