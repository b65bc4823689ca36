import ModelFiles

/// The head of a record.
struct GalleryRecord: Equatable {
  enum Kind: UInt8 {
    case captioned = 1
    case failed
    /// A directory or shard that could not be listed; every run tries these again.
    case unlisted
    /// A record without payload: all that matters is that the image was retried.
    case settled
  }

  var kind: Kind
  /// Whether the record replaces a failure of the same rank in an earlier run, which no longer counts.
  var isRetry: Bool
  /// Whether it replaces the caption that the image had before its file was replaced.
  var replaces = false
  /// The image's rank: see `GallerySample.rank(of:)`.
  var rank: UInt64
}

/// The file beside a gallery that holds its images while the page grows: records one after the other.
///
/// A record, little-endian: the payload's length (4 bytes), kind (1), whether it is a retry (1), rank (8), the payload.
final class GalleryItemsFile {
  let path: String
  private let file: RecordFile
  private var buffer: [UInt8] = []
  /// The number of bytes in the file; the buffer comes after them.
  private var writtenCount = 0
  /// The file for reading, opened when needed.
  private var input: InputFile?

  private static let magic = Array("caption gallery items 1\n".utf8)
  private static let headCount = 14
  private static let bufferCount = 256 << 10

  /// - Parameter existing: the length in bytes for which an earlier run vouches; what follows is cut off. 0 begins
  ///   anew.
  /// - Throws: `FileSystemError`; `BatchError.shortOutput`.
  init(path: String, existing: Int) throws {
    self.path = path
    if existing > 0 {
      let found = try Self.existing(path)
      if found.byteCount < existing {
        throw BatchError.shortOutput(path: path, found: found.byteCount, expected: existing)
      }
      if found.beginning != Self.magic { throw Self.unreadable(path) }
    }
    file = try RecordFile(path: path)
    // The name, too, must survive a power failure.
    FileSystem.synchronize(Path.parent(path))
    try file.truncate(to: existing)
    writtenCount = existing
    if existing == 0 { buffer = Self.magic }
  }

  private static func existing(_ path: String) throws(FileSystemError) -> (byteCount: Int, beginning: [UInt8]) {
    do {
      let file = try InputFile(path: path)
      return (file.byteCount, try file.bytes(at: 0, upTo: magic.count))
    } catch .notFound {
      return (0, [])
    } catch {
      throw error
    }
  }

  /// The offset of the end of the last record.
  var byteCount: Int { writtenCount + buffer.count }

  /// - Returns: the record's offset.
  @discardableResult
  func append(_ record: GalleryRecord, payload: [UInt8] = []) throws(FileSystemError) -> Int {
    let offset = byteCount
    var bytes = ByteWriter()
    bytes.append(UInt32(clamping: payload.count))
    bytes.append(record.kind.rawValue)
    bytes.append(UInt8((record.isRetry ? 1 : 0) + (record.replaces ? 2 : 0)))
    bytes.append(record.rank)
    buffer += bytes.bytes
    buffer += payload
    if buffer.count >= Self.bufferCount { try flush() }
    return offset
  }

  private func flush() throws(FileSystemError) {
    if buffer.isEmpty { return }
    try file.write(buffer, at: writtenCount)
    writtenCount += buffer.count
    buffer.removeAll(keepingCapacity: true)
  }

  func synchronize() throws(FileSystemError) {
    try flush()
    try file.synchronize()
  }

  /// Reads the records one after the other, and payloads only on request.
  struct Scan {
    private let file: GalleryItemsFile
    private var offset = GalleryItemsFile.magic.count

    fileprivate init(_ file: GalleryItemsFile) { self.file = file }

    /// - Returns: `nil` after the last record.
    mutating func next() throws(FileSystemError) -> (record: GalleryRecord, offset: Int)? {
      if offset >= file.writtenCount { return nil }
      let head = try file.head(at: offset)
      defer { offset += GalleryItemsFile.headCount + head.payloadCount }
      return (head.record, offset)
    }
  }

  func scan() throws(FileSystemError) -> Scan {
    try openInput()
    return Scan(self)
  }

  /// The image whose record is at `offset`.
  func item(at offset: Int) throws(FileSystemError) -> GalleryItem {
    try openInput()
    let (record, payloadCount) = try head(at: offset)
    guard let payload = try input?.bytes(at: offset + Self.headCount, upTo: payloadCount),
      let item = GalleryItem(payload: payload, isCaptioned: record.kind == .captioned)
    else { throw Self.unreadable(path) }
    return item
  }

  private func openInput() throws(FileSystemError) {
    try flush()
    if input == nil { input = try InputFile(path: path) }
  }

  private func head(at offset: Int) throws(FileSystemError) -> (record: GalleryRecord, payloadCount: Int) {
    var reader = ByteReader(try input?.bytes(at: offset, upTo: Self.headCount)[...] ?? [])
    guard let payloadCount: UInt32 = reader.integer(),
      let kind = reader.byte().flatMap(GalleryRecord.Kind.init(rawValue:)), let flags = reader.byte(),
      let rank: UInt64 = reader.integer(), offset + Self.headCount + Int(payloadCount) <= writtenCount
    else { throw Self.unreadable(path) }
    let record = GalleryRecord(kind: kind, isRetry: flags & 1 != 0, replaces: flags & 2 != 0, rank: rank)
    return (record, Int(payloadCount))
  }

  private static func unreadable(_ path: String) -> FileSystemError {
    .failed(
      operation: "read", path: path,
      reason: "it is not what this version wrote for a gallery (put the file back, or use --restart to begin anew)")
  }
}
