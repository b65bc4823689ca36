import ModelFiles

/// An output that is one file, row behind row.
///
/// What stands behind the last row (the end of a JSON array) is written at every flush and overwritten by the next row, so
/// that the file is whole at any time; the journalled length does not count it.
package final class AppendedOutput: BatchOutput {
  private let format: any RowFormat
  private let file: RecordFile
  private var position: OutputPosition
  private var buffer: [UInt8] = []
  private static let bufferCount = 256 << 10

  /// - Parameter position: where an earlier run stopped; what stands behind it is cut off. `nil` begins anew.
  /// - Throws: `FileSystemError`; `BatchError.shortOutput` where the file is not what the journal says.
  package init(path: String, format: any RowFormat, position: OutputPosition?) throws {
    self.format = format
    let existing = position.map(\.byteCount) ?? 0
    if existing > 0 {
      let found = try InputFile(path: path).byteCount
      if found < existing { throw BatchError.shortOutput(path: path, found: found, expected: existing) }
    }
    file = try RecordFile(path: path)
    self.position = position ?? .start
    try file.truncate(to: existing)
    if existing == 0 {
      buffer = format.header
      self.position = .start
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
    let footer = format.footer
    if !footer.isEmpty {
      try write(footer, at: position.byteCount)
      try file.truncate(to: position.byteCount + footer.count)
    }
    try file.synchronize()
    return position
  }

  package func finish() throws { _ = try flush() }

  private func writeBuffer() throws(FileSystemError) {
    if buffer.isEmpty { return }
    try write(buffer, at: position.byteCount)
    position.byteCount += buffer.count
    buffer.removeAll(keepingCapacity: true)
  }

  private func write(_ bytes: [UInt8], at offset: Int) throws(FileSystemError) {
    let written: Result<Void, FileSystemError> = bytes.withUnsafeBytes { bytes in
      Result { () throws(FileSystemError) in try file.write(bytes, at: offset) }
    }
    try written.get()
  }
}
