extension DatasetSource {
  /// A description of what was found.
  var summary: String {
    switch kind {
    case .pattern(let paths): "\(paths.count) shards"
    case .file(let head): Self.words(ofFile: head)
    case .directory(let names): words(of: names)
    }
  }

  private static let columnsRemedy = "name those of images and captions with --image-column and --caption-column"

  private static let parquetRemedy =
    "write the images to files, and names and captions to metadata.jsonl or a CSV file, with Python's datasets or pandas"

  private static let signatures: [(start: [UInt8], words: String)] = [
    ([0x1F, 0x8B], "a gzip-compressed file (decompress it first)"),
    (Array("PK\u{3}\u{4}".utf8), "a zip archive (unpack it first)"),
    (Array("PAR1".utf8), "a Parquet file (\(parquetRemedy))"),
    (Array("version https://git-lfs".utf8), "a Git LFS pointer in place of the file (fetch it: git lfs pull)"),
  ]

  private static func words(ofFile head: [UInt8]) -> String {
    if head.isEmpty { return "an empty file" }
    if let found = signatures.first(where: { head.starts(with: $0.start) }) { return found.words }
    if WideText(head: head[...]) == .utf32 { return "text in UTF-32 (write it as UTF-8)" }
    if head.contains(0) { return "a file that is no text" }
    if let columns = columnWords(ofFile: head) { return "\(columns) (\(columnsRemedy))" }
    let firstLine = head.prefix(while: { $0 != 0x0A && $0 != 0x0D }).prefix(80)
    return "a text file that begins with '\(String(decoding: firstLine, as: UTF8.self))'"
  }

  /// A description as `a table with the columns a, b`; `nil` for what is no table.
  private static func columnWords(ofFile head: [UInt8]) -> String? {
    func list(_ names: [String]) -> String {
      names.prefix(12).joined(separator: ", ") + (names.count > 12 ? ", …" : "")
    }
    if case .lines(let keys) = JSONShape(head: head), !keys.isEmpty {
      return "lines of JSON with the keys \(list(keys.sorted()))"
    }
    if JSONShape(head: head) == .document {
      let keys = JSONDocument.elements(head: head).first.map { JSONDocument.keys(of: $0.value) } ?? []
      return keys.isEmpty ? nil : "JSON with the keys \(list(keys.sorted()))"
    }
    return CSVFirstRow.columns(head: head).map { "a table with the columns \(list($0))" }
  }

  private func words(of names: [String]) -> String {
    if names.isEmpty { return "an empty directory" }
    var counts: [String: Int] = [:]
    for name in names { counts[DatasetPath.fileExtension(name), default: 0] += 1 }
    let kinds = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(6).map { fileExtension, count in
      "\(count) \(fileExtension.isEmpty ? "without extension" : ".\(fileExtension)")"
    }
    let summary = "a directory of \(kinds.joined(separator: ", "))"
    if counts["parquet"] != nil { return "\(summary) (Parquet is not read: \(Self.parquetRemedy))" }
    let tables = names.filter { ["json", "jsonl", "ndjson", "csv", "tsv"].contains(DatasetPath.fileExtension($0)) }
    guard tables.count == 1, let name = tables.first,
      let file = try? DatasetSource(path: DatasetPath.join(path, name), imageDirectory: nil)
    else { return summary }
    return "\(summary); \(name) is \(Self.words(ofFile: file.head))"
  }
}
