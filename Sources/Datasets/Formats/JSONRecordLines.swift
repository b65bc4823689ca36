/// Lines of JSON with other keys than in `captions.jsonl`: the output of `caption batch` and `caption --json`, and
/// others' lists. Also a `captions.jsonl` of which no line can be read, so that its lines are reported.
struct JSONRecordLines: DatasetReader {
  static let name = "JSON lines"
  static let summary =
    "lines of JSON with image or path, and caption, text or prompt, as 'caption batch' writes them; images beside it, or "
    + "from the working directory on"

  private let files: [AnnotationFile]
  private let imageDirectory: String?
  private let columns: CaptionColumns

  init?(_ source: DatasetSource) throws(DatasetError) {
    imageDirectory = source.imageDirectory
    columns = source.columns
    let isOfLines = { (name: String) in ["jsonl", "ndjson"].contains(DatasetPath.fileExtension(name)) }
    let files = try source.annotationFiles(preferred: "captions.jsonl", named: isOfLines) { file in
      guard case .lines(let keys) = JSONShape(head: file.head) else { return false }
      return file.columns.suit(keys)
    }
    self.files =
      try !files.isEmpty
      ? files
      : source.annotationFiles(named: { $0 == "captions.jsonl" }) { file in
        guard isOfLines(file.path), !file.head.isEmpty, !file.head.contains(0) else { return false }
        if case .lines(let keys) = JSONShape(head: file.head) { return keys.isEmpty }
        return true
      }
    if self.files.isEmpty { return nil }
  }

  func read(into sink: SampleSink) throws(DatasetError) {
    for file in files {
      try JSONLinesReader(file: file, imageDirectory: imageDirectory, columns: columns).read(into: sink)
    }
  }
}
