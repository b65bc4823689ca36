/// Streams rows to a reader: each is passed on at once, in one piece.
///
/// After a run that was killed some rows may be repeated: what was read cannot be taken back.
package final class StreamedOutput: BatchOutput {
  private let format: any RowFormat
  private let send: ([UInt8]) throws -> Void
  /// The number of bytes and of rows that were sent.
  private var position = OutputPosition.start

  /// - Parameter send: writes the bytes to the reader.
  package init(format: any RowFormat, send: @escaping ([UInt8]) throws -> Void) {
    self.format = format
    self.send = send
  }

  package func write(_ image: FinishedImage) throws {
    guard let row = try format.row(image) else { return }
    try hand((position.rows == 0 ? format.header : format.separator) + row)
    position.rows += 1
  }

  package func flush() -> OutputPosition { position }

  package func finish() throws { try hand((position.rows == 0 ? format.header : []) + format.footer) }

  private func hand(_ bytes: [UInt8]) throws {
    if bytes.isEmpty { return }
    try send(bytes)
    position.byteCount += bytes.count
  }
}
