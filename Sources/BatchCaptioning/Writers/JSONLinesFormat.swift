package import SystemPackage

/// A JSON object a line: path, caption, confidence, log_probability, finish_reason, width, height, sha256, model,
/// milliseconds; `reason` where the caption is null; and `path_base64` where the path is not UTF-8.
package struct JSONLinesFormat: RowFormat {
  package init() {}

  package func row(_ image: FinishedImage) -> [UInt8]? {
    guard let caption = image.caption else { return nil }
    var row = JSONRow()
    row.add(path: image)
    row.add(caption)
    return row.finished + [0x0A]
  }

  package func subject(ofRow line: ArraySlice<UInt8>) -> [UInt8]? { JSONMembers(Array(line))?[Array("path".utf8)] }

  package func subject(_ path: FilePath) -> [UInt8]? {
    var row = JSONRow()
    row.add("path", path.text)
    return subject(ofRow: row.finished[...])
  }
}
