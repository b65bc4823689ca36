import Datasets
import ModelFiles
import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A tar shard that grows sample by sample; each sample overwrites the mark of the archive's end.
final class ArchivePart {
  let path: FilePath
  /// The shard's length in bytes, without the mark of the archive's end.
  private(set) var byteCount = 0
  /// The keys of its samples.
  private(set) var keys: Set<[UInt8]> = []
  /// The digest of its first `byteCount` bytes.
  private(set) var digest = RunningDigest()

  private let file: FileDescriptor
  private var isFlushed = false
  private static let pieceByteCount = 1 << 20

  /// Creates a shard without samples; an existing one is replaced.
  ///
  /// - Throws: `FileSystemError`.
  init(creating path: FilePath) throws {
    self.path = path
    file = try Self.open(path, [.create, .truncate])
    Self.synchronize(path.removingLastComponent())
  }

  /// Reopens a shard of an earlier run, cut off at the length up to which it was known to be complete.
  ///
  /// - Throws: `FileSystemError`; `BatchError.shortOutput`.
  init(reopening path: FilePath, byteCount: Int) throws {
    self.path = path
    file = try Self.open(path, [])
    let found = try outputErrors { try Int(file.seek(offset: 0, from: .end)) }
    if found < byteCount { throw BatchError.shortOutput(path: path.text, found: found, expected: byteCount) }
    self.byteCount = byteCount
    digest = try RunningDigest(InputFile(path: path.string), count: byteCount)
    // Nothing after it may be taken for a sample.
    try writeFooter()
    try readKeys()
  }

  deinit { try? file.close() }

  /// - Throws: `FileSystemError`, `ImageFailure`; the shard then has nothing of the sample.
  func append(_ sample: WebDatasetSample) throws {
    isFlushed = false
    var end = byteCount
    let grown = digest.copy()
    for piece in sample.pieces {
      switch piece {
      case .bytes(let bytes):
        try write(bytes, at: end)
        grown.update(bytes)
        end += bytes.count
      case .copy(let offset, let count):
        for start in stride(from: 0, to: count, by: Self.pieceByteCount) {
          let bytes = try Self.read(sample.source, at: offset + start, count: min(Self.pieceByteCount, count - start))
          try write(bytes, at: end)
          grown.update(bytes)
          end += bytes.count
        }
      }
    }
    byteCount = end
    digest = grown
    keys.insert(sample.key)
  }

  /// Completes the archive on disk; without samples, the file is empty.
  ///
  /// - Throws: `FileSystemError`.
  func flush() throws {
    if isFlushed { return }
    try writeFooter()
    if fsync(file.rawValue) != 0 { throw Errno(rawValue: errno).outputError(path) }
    isFlushed = true
  }

  private func writeFooter() throws {
    let footer = byteCount > 0 ? TarBlocks.footer(behind: byteCount) : []
    try write(footer, at: byteCount)
    try outputErrors { try file.resize(to: Int64(byteCount + footer.count)) }
  }

  private func write(_ bytes: [UInt8], at offset: Int) throws {
    _ = try outputErrors { try file.writeAll(toAbsoluteOffset: Int64(offset), bytes) }
  }

  private static func read(_ source: DatasetFile?, at offset: Int, count: Int) throws(ImageFailure) -> [UInt8] {
    let bytes = try? source?.bytes(at: offset, count: count)
    guard let bytes, bytes.count == count else { throw .changedSinceCaptioned }
    return bytes
  }

  private func readKeys() throws {
    let reading = try outputErrors { try FileDescriptor.open(path, .readOnly, options: .closeOnExec) }
    var reader = TarReader(file: try DatasetFile(descriptor: reading.rawValue, path: path.text))
    do throws(TarDamage) {
      while let member = try reader.next() {
        if let name = SampleName(member.nameBytes) { keys.insert(name.key) }
      }
    } catch {
      throw Self.altered(path, "\(error)")
    }
    if reader.offset != byteCount { throw Self.altered(path, "it ends at byte \(reader.offset), not at \(byteCount)") }
  }

  private static func altered(_ path: FilePath, _ problem: String) -> FileSystemError {
    .failed(
      operation: "go on with", path: path.text,
      reason: "it is not as it was written: \(problem); put the file back, or use --restart to begin anew")
  }

  private static func open(_ path: FilePath, _ options: FileDescriptor.OpenOptions) throws -> FileDescriptor {
    do {
      return try FileDescriptor.open(
        path, .readWrite, options: options.union(.closeOnExec),
        permissions: [.ownerReadWrite, .groupReadWrite, .otherReadWrite])
    } catch let error as Errno {
      throw error.outputError(path)
    }
  }

  /// Makes the file's name survive a power failure. Where a file system cannot do that, only time is lost.
  private static func synchronize(_ directory: FilePath) {
    let place: FilePath = directory.isEmpty ? "." : directory
    guard let directory = try? FileDescriptor.open(place, .readOnly, options: .closeOnExec) else { return }
    fsync(directory.rawValue)
    try? directory.close()
  }

  private func outputErrors<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as Errno {
      throw error.outputError(path)
    }
  }
}
