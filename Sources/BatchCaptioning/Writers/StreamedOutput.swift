/// Rows for whoever reads along: each is handed on at once, in one piece.
///
/// After a run that was killed some rows may come a second time: what was read cannot be taken back.
package final class StreamedOutput: BatchOutput {
  private let format: any RowFormat
  private let send: ([UInt8]) throws -> Void
  /// How many bytes were sent, and how many rows.
  private var position = OutputPosition.start

  /// - Parameter send: writes bytes where they are wanted.
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
