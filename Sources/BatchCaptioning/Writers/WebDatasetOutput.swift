import Datasets
import ModelFiles
package import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// WebDataset tar shards `000000.tar`, `000001.tar`, … in a directory, with a sample for each captioned image.
///
/// - The sample of an image in a shard keeps its key and its members as they are, but for `.txt`, which becomes the
///   caption, and `.json`: see `WebDatasetRecord`. Both come last.
/// - An image file becomes a sample of its own, keyed by its number among the output's samples, in nine digits. (Its
///   index in the list may be another's in the next run, if files came or went.) Its path is in the `.json`.
/// - Shards follow each other: the next begins where this one would have more samples or bytes than `limits`, or two
///   samples of one key. So samples of several shards may come into one, and all keys in it differ.
/// - Images that failed, and those that the captioner was not sure of, are not copied; the ledger lists the former.
///
/// An image is read once more and must be what was captioned. The same images give the same bytes, however often the
/// run was interrupted.
package final class WebDatasetOutput: BatchOutput {
  package struct Limits: Sendable {
    package var samples = 10_000
    /// The most bytes of a shard; a larger sample has a shard by itself.
    package var byteCount = 1_000_000_000

    package init() {}
  }

  private let directory: FilePath
  private let limits: Limits
  private let begun: BegunShards?
  private var position: OutputPosition
  private var part: ArchivePart?
  /// The shard from which the last sample came.
  private var source: (path: FilePath, file: DatasetFile)?

  /// - Parameters:
  ///   - directory: created if it does not exist.
  ///   - position: where an earlier run stopped. What follows it is removed, and so must be known to be a run's own:
  ///     see `ShardsFound`. `nil` begins anew, and removes the existing shards.
  ///   - begunPath: the path of a file that says which shards runs began: no others are removed or overwritten. Without
  ///     it all are taken for the run's own.
  ///   - replacesAll: whether all consecutive shards are removed, whoever made them.
  /// - Throws: `FileSystemError`; `BatchError.shortOutput` where a shard is not what the journal says.
  package init(
    directory: FilePath, position: OutputPosition?, begunPath: String? = nil, replacesAll: Bool = false,
    limits: Limits = Limits()
  ) throws {
    self.directory = directory
    self.limits = limits
    begun = begunPath.map { BegunShards(path: $0) }
    self.position = position ?? .start
    do {
      try AtomicFile.createDirectory(directory)
    } catch let error as Errno {
      throw error.outputError(directory)
    }
    let place = self.position
    // First make sure that this is where to continue.
    if place.byteCount > 0 { part = try ArchivePart(reopening: path(place.part), byteCount: place.byteCount) }
    var next = place.part + (place.byteCount > 0 ? 1 : 0)
    let last = if let begun, !replacesAll { begun.last ?? -1 } else { Int.max }
    while next <= last, try remove(path(next)) { next += 1 }
  }

  /// The file that exists whenever there is any output: it must not exist before a first run.
  package static func firstShard(in directory: FilePath) -> FilePath { directory.appending("000000.tar") }

  package func write(_ image: FinishedImage) throws {
    guard let caption = image.sureCaption else { return }
    let sample: WebDatasetSample
    switch image.image.content {
    case .file:
      sample = try WebDatasetSample(file: image, caption, key: Self.digits(position.rows, count: 9))
    case .shardSample(let own):
      sample = try WebDatasetSample(own, from: try open(own.shard), image, caption)
    case .problem: return
    }
    try makeRoom(for: sample).append(sample)
    position.byteCount = part?.byteCount ?? 0
    position.rows += 1
  }

  package func flush() throws -> OutputPosition {
    try part?.flush()
    position.digest = position.byteCount > 0 ? part?.digest.current : nil
    return position
  }

  package func finish() throws {
    _ = try flush()
    // A shard whose only sample could not be copied.
    if let part, part.byteCount == 0 { _ = try remove(part.path) }
    part = nil
    source = nil
  }

  /// Makes room for a sample, and returns the shard that it goes to.
  private func makeRoom(for sample: WebDatasetSample) throws -> ArchivePart {
    if let part {
      let hasRoom =
        part.keys.count < limits.samples && part.byteCount + sample.byteCount <= limits.byteCount
        && !part.keys.contains(sample.key)
      if part.byteCount == 0 || hasRoom { return part }
      try part.flush()
      position.part += 1
      position.byteCount = 0
    }
    let path = path(position.part)
    if let begun, begun.last ?? -1 < position.part {
      if AtomicFile.exists(path) { throw BatchError.existingOutput(path: path.text) }
      try begun.add(position.part)
    }
    let part = try ArchivePart(creating: path)
    self.part = part
    return part
  }

  private func open(_ shard: FilePath) throws(ImageFailure) -> DatasetFile {
    if let source, source.path == shard { return source.file }
    let file = try DatasetFile(shard, stage: .write)
    source = (shard, file)
    return file
  }

  private func path(_ part: Int) -> FilePath { Self.path(part, in: directory) }

  /// The path of a shard.
  package static func path(_ part: Int, in directory: FilePath) -> FilePath {
    directory.appending(String(decoding: Self.digits(part, count: 6), as: UTF8.self) + ".tar")
  }

  private static func digits(_ number: Int, count: Int) -> [UInt8] {
    let digits = Array("\(number)".utf8)
    return [UInt8](repeating: UInt8(ascii: "0"), count: max(0, count - digits.count)) + digits
  }

  /// - Returns: whether there was such a file.
  private func remove(_ path: FilePath) throws -> Bool {
    if path.withPlatformString({ unlink($0) }) == 0 { return true }
    if errno == ENOENT { return false }
    throw Errno(rawValue: errno).outputError(path)
  }
}
