/// A JSON object a line for each image that has no caption: path, code, stage, message, bytes_read.
package struct ErrorLedgerFormat: RowFormat {
  package init() {}

  package func row(_ image: FinishedImage) -> [UInt8]? {
    guard let failure = image.failure else { return nil }
    var row = JSONRow()
    row.add(path: image)
    row.add("code", failure.code.rawValue)
    row.add("stage", failure.stage.rawValue)
    row.add("message", failure.message)
    row.add("bytes_read", failure.bytesRead)
    return row.finished + [0x0A]
  }
}
