package import ModelFiles
package import SystemPackage

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What a run has done, on disk, so that the next one goes on from there.
///
/// A directory beside the output: `settings.json`, `journal` (see `JournalRecord`), indexes that can be made anew, and a
/// lock. An image counts as done when a commit stands behind its record; outputs are flushed before that. So whatever
/// moment a run ends at, cutting each output to the length that the last commit names leaves every image in it once.
package final class BatchJournal {
  package let directory: String
  /// What earlier runs left.
  package let resumed: Summary
  /// Where this run's records begin.
  private(set) var runStart = 0

  private let lock: FileLock
  private let file: RecordFile
  private let reading: InputFile
  private var buffer: [UInt8] = []
  private var byteCount: Int

  /// What a journal tells up to its last commit.
  package struct Summary: Sendable, Equatable {
    /// Of outputs, in their order; `nil` where nothing was committed.
    package var positions: [OutputPosition]?
    package var tally = BatchTally()

    package init() {}
    /// Records of images.
    package var images = 0
    /// Of these, those of directories and shards that could not be listed.
    var listingProblems = 0
    /// Up to the end of the last commit.
    var byteCount = JournalFile.header.count
  }

  /// Opens the journal in `directory`, or begins one.
  ///
  /// - Parameters:
  ///   - restarts: what an earlier run left is forgotten.
  ///   - outputs: files that this run writes: none of them may exist where no journal does.
  /// - Throws: `BatchError`, `FileSystemError`.
  package init(directory: String, settings: BatchSettings, restarts: Bool, outputs: [String]) throws {
    let settingsPath = Path.join(directory, "settings.json")
    let path = Path.join(directory, "journal")
    let isOurs = FileSystem.isRegularFile(settingsPath)
    if !isOurs, !restarts, let existing = outputs.first(where: { FileSystem.isRegularFile($0) }) {
      throw BatchError.existingOutput(path: existing)
    }
    try FileSystem.createDirectory(directory)
    guard let lock = try FileLock.attempt(path: Path.join(directory, "lock")) else {
      throw BatchError.inUse(journal: directory)
    }
    if restarts {
      // The journal goes first: settings must never stand beside records of others.
      for name in try ["journal", "settings.json"] + FileSystem.names(in: directory).filter({ $0.hasSuffix(".index") })
      { try FileSystem.remove(Path.join(directory, name)) }
    }
    if isOurs, !restarts {
      let before = try Self.settings(settingsPath)
      let differences = before.differences(to: settings)
      if !differences.isEmpty { throw BatchError.otherSettings(journal: directory, differences: differences) }
    } else {
      try FileSystem.writeAtomically(StableJSON.document(settings), to: settingsPath)
    }
    self.directory = directory
    self.lock = lock
    let isNew = try !FileSystem.isRegularFile(path) || InputFile(path: path).byteCount < JournalFile.header.count
    let file = try RecordFile(path: path)
    if isNew {
      try file.truncate(to: 0)
      try JournalFile.header.withUnsafeBytes { try file.write($0, at: 0) }
      try file.synchronize()
    }
    self.file = file
    resumed = try Self.summary(path)
    byteCount = resumed.byteCount
    try file.truncate(to: byteCount)
    reading = try InputFile(path: path)
    runStart = byteCount
    _ = append(.runStart)
  }

  private static let hashIndexName = "hashes.index"
  private var path: String { file.path }

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
      case .image(let image):
        summary.images += 1
        if image.isListingProblem {
          summary.listingProblems += 1
        } else {
          summary.tally.count(image.outcome, isRetry: image.isRetry)
        }
      case .commit(let positions):
        summary.positions = positions
        summary.byteCount = reader.offset
        committed = summary
      }
    }
    return committed
  }

  /// Adds an image's record, in memory until `commit`.
  ///
  /// - Returns: where it stands, for `caption(at:)`.
  @discardableResult
  package func append(_ image: JournalledImage) -> Int { append(.image(image)) }

  private func append(_ record: JournalRecord) -> Int {
    defer { buffer += JournalFile.frame(record) }
    return byteCount + buffer.count
  }

  /// Makes all records final. Outputs must be on the disk up to `positions` before.
  ///
  /// - Throws: `FileSystemError`; the journal is as it was at the last commit then.
  package func commit(_ positions: [OutputPosition]) throws(FileSystemError) {
    _ = append(.commit(positions))
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
      journal: path, end: runStart, directory: directory, images: resumed.images, failed: resumed.tally.failed)
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
