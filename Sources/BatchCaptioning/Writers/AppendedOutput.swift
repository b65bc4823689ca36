import ModelFiles

/// An output that is one file, to which rows are appended.
///
/// What follows the last row (the end of a JSON array) is written with the rows each time, and the next row overwrites
/// it, so that the file is complete at any time; the journalled length does not include it. Rows are written at
/// `flush`, and not before: see `pending`.
package final class AppendedOutput: BatchOutput {
  private let path: String
  private let format: any RowFormat
  private var file: RecordFile
  private var position: OutputPosition
  private var digest: RunningDigest
  private var buffer: [UInt8] = []
  private var completion: [UInt8]
  private var replacement: RowReplacement?

  /// Creates the file, so that an unwritable place is known before anything is captioned.
  ///
  /// - Parameters:
  ///   - position: where to continue. What follows it is cut off, and so must be known to be the run's own: see
  ///     `AppendedFile`. `nil` begins anew.
  ///   - digest: the digest of what comes before that; computed where it is not given.
  ///   - completion: the bytes that the last row lacks.
  /// - Throws: `FileSystemError`; `BatchError.shortOutput` where the file is not what the journal says.
  package init(
    path: String, format: any RowFormat, position: OutputPosition?, digest: RunningDigest? = nil,
    completion: [UInt8] = []
  ) throws {
    self.path = path
    self.format = format
    self.completion = completion
    let existing = position.map(\.byteCount) ?? 0
    if existing > 0 {
      let found = try AppendedFile.byteCount(path) ?? 0
      if found < existing { throw BatchError.shortOutput(path: path, found: found, expected: existing) }
      self.digest = try digest ?? RunningDigest(InputFile(path: path), count: existing)
    } else {
      self.digest = RunningDigest()
    }
    file = try RecordFile(path: path)
    // The name, too, must survive a power failure.
    FileSystem.synchronize(Path.parent(path))
    if existing == 0 {
      self.position = .start
      try file.truncate(to: 0)
      buffer = format.header
      try writeBuffer()
    } else {
      self.position = position ?? .start
      try close(at: existing)
    }
  }

  package func write(_ image: FinishedImage) throws {
    guard let row = try format.row(image) else { return }
    buffer += completion
    completion = []
    if position.rows > 0 { buffer += format.separator }
    buffer += row
    position.rows += 1
  }

  package var pending: PendingBytes? {
    buffer.isEmpty ? nil : PendingBytes(offset: position.byteCount, bytes: buffer)
  }

  package func flush() throws -> OutputPosition {
    try writeBuffer()
    try file.synchronize()
    position.digest = digest.current
    return position
  }

  package func finish() throws { _ = try flush() }

  package func prepareReplacement(_ replaced: [ReplacedPaths]) throws -> PendingBytes? {
    replacement = try RowReplacement(path: path, format: format, position: position, replaced: replaced)
    return replacement.map { PendingBytes(offset: position.byteCount, bytes: [], replacement: $0.position) }
  }

  package func replace() throws {
    guard let replacement else { return }
    self.replacement = nil
    try replacement.finish()
    file = try RecordFile(path: path)
    (position, digest) = (replacement.position, replacement.digest)
  }

  private func writeBuffer() throws {
    if buffer.isEmpty { return }
    do {
      try file.write(buffer + format.footer, at: position.byteCount)
    } catch {
      // On a full disk the existing rows remain a complete file.
      try? close(at: position.byteCount)
      throw error
    }
    position.byteCount += buffer.count
    digest.update(buffer)
    buffer.removeAll(keepingCapacity: true)
  }

  /// Ends the file after the row that ends at `offset`.
  private func close(at offset: Int) throws(FileSystemError) {
    try file.write(format.footer, at: offset)
    try file.truncate(to: offset + format.footer.count)
  }
}
