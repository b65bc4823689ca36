import ModelFiles

/// An output that is one file, row behind row.
///
/// What stands behind the last row (the end of a JSON array) is written with the rows each time, and the next row is
/// written over it, so that the file is whole at any time; the journalled length does not count it.
package final class AppendedOutput: BatchOutput {
  private let format: any RowFormat
  private let file: RecordFile
  private var position: OutputPosition
  private var buffer: [UInt8] = []
  private static let bufferCount = 256 << 10

  /// Creates the file, so that a place where none can be is known before anything is captioned.
  ///
  /// - Parameter position: where an earlier run stopped; what stands behind it is cut off. `nil` begins anew.
  /// - Throws: `FileSystemError`; `BatchError.shortOutput` where the file is not what the journal says.
  package init(path: String, format: any RowFormat, position: OutputPosition?) throws {
    self.format = format
    let existing = position.map(\.byteCount) ?? 0
    if existing > 0 {
      let found = try Self.byteCount(path)
      if found < existing { throw BatchError.shortOutput(path: path, found: found, expected: existing) }
    }
    file = try RecordFile(path: path)
    // The name, too, must outlast a loss of power.
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
    if position.rows > 0 { buffer += format.separator }
    buffer += row
    position.rows += 1
    if buffer.count >= Self.bufferCount { try writeBuffer() }
  }

  package func flush() throws -> OutputPosition {
    try writeBuffer()
    try file.synchronize()
    return position
  }

  package func finish() throws { _ = try flush() }

  private func writeBuffer() throws {
    if buffer.isEmpty { return }
    do {
      try write(buffer + format.footer, at: position.byteCount)
    } catch {
      // On a full disk the rows that are there stay a whole file.
      try? close(at: position.byteCount)
      throw error
    }
    position.byteCount += buffer.count
    buffer.removeAll(keepingCapacity: true)
  }

  /// Ends the file behind the row that ends at `offset`.
  private func close(at offset: Int) throws(FileSystemError) {
    try write(format.footer, at: offset)
    try file.truncate(to: offset + format.footer.count)
  }

  private func write(_ bytes: [UInt8], at offset: Int) throws(FileSystemError) {
    let written: Result<Void, FileSystemError> = bytes.withUnsafeBytes { bytes in
      Result { () throws(FileSystemError) in try file.write(bytes, at: offset) }
    }
    try written.get()
  }

  /// 0 where there is no file.
  private static func byteCount(_ path: String) throws(FileSystemError) -> Int {
    do {
      return try InputFile(path: path).byteCount
    } catch .notFound {
      return 0
    } catch {
      throw error
    }
  }
}
