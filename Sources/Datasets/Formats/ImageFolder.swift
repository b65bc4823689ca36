/// Hugging Face's imagefolder: `metadata.jsonl` (or `.csv`) with `file_name` and `text` (or `prompt`) beside the
/// images, or one in each of the folders `train`, `validation` and `test`.
struct ImageFolder: DatasetReader {
  static let name = "Hugging Face imagefolder"
  static let summary =
    "metadata.jsonl or metadata.csv with file_name and text, also one in each folder train, validation, test"

  private let files: [AnnotationFile]
  private let imageDirectory: String?
  private let columns: CaptionColumns

  init?(_ source: DatasetSource) throws(DatasetError) {
    imageDirectory = source.imageDirectory
    columns = source.columns
    switch source.kind {
    case .pattern: return nil
    case .file(let head):
      guard case .lines(let keys) = JSONShape(head: head), keys.isSuperset(of: ["file_name", "text"]) else {
        return nil
      }
      files = [AnnotationFile(path: source.path, split: nil)]
    case .directory(let names):
      if let metadata = try Self.metadata(in: source.path, names, columns) {
        files = [AnnotationFile(path: metadata, split: nil)]
        return
      }
      var found: [AnnotationFile] = []
      for name in names {
        let folder = DatasetPath.join(source.path, name)
        guard let split = Split(named: name), DatasetPath.kind(folder) == .directory else { continue }
        if let metadata = try Self.metadata(in: folder, DatasetPath.entries(of: folder), columns) {
          found.append(AnnotationFile(path: metadata, split: split))
        }
      }
      if found.isEmpty { return nil }
      files = found
    }
  }

  private static func metadata(
    in directory: String, _ names: [String], _ columns: CaptionColumns
  ) throws(DatasetError) -> String? {
    if names.contains("metadata.jsonl") { return DatasetPath.join(directory, "metadata.jsonl") }
    guard names.contains("metadata.csv") else { return nil }
    let path = DatasetPath.join(directory, "metadata.csv")
    let head = try DatasetSource(path: path, imageDirectory: nil).head
    return CSVHeader(head: head, columns: columns, withOtherNames: false) == nil ? nil : path
  }

  func read(into sink: SampleSink) throws(DatasetError) {
    for file in files {
      if DatasetPath.fileExtension(file.path) == "csv" {
        try CSVTable.read(
          file, imageDirectory: imageDirectory, columns: columns, takesSplitFromFolder: true, into: sink)
      } else {
        try JSONLinesReader(
          file: file, imageDirectory: imageDirectory, columns: columns, takesSplitFromFolder: true
        ).read(into: sink)
      }
    }
  }
}
