/// `captions.jsonl`: lines `{"file_name": …, "captions": […], "split": …}`, or with one `caption`. Images are files
/// beside it, or members of tar shards beside it.
struct CaptionsJSONLines: DatasetReader {
  static let name = "captions.jsonl"
  static let summary =
    "lines of JSON with file_name, captions (or caption) and perhaps split; images beside it, or in tar shards beside it"

  private let files: [AnnotationFile]
  private let imageDirectory: String?
  private let columns: CaptionColumns

  init?(_ source: DatasetSource) throws(DatasetError) {
    files = try source.annotationFiles(
      preferred: "captions.jsonl", named: { DatasetPath.fileExtension($0) == "jsonl" }
    ) { file in
      guard case .lines(let keys) = JSONShape(head: file.head) else { return false }
      let captions = file.columns.caption.map { [$0] } ?? ["captions", "caption"]
      return keys.contains(file.columns.image ?? "file_name") && captions.contains(where: keys.contains)
    }
    imageDirectory = source.imageDirectory
    columns = source.columns
    if files.isEmpty { return nil }
  }

  func read(into sink: SampleSink) throws(DatasetError) {
    for file in files {
      try JSONLinesReader(file: file, imageDirectory: imageDirectory, columns: columns).read(into: sink)
    }
  }
}
