/// A table with a header, separated by commas, tabs, semicolons or bars (RFC 4180). Rows of one image are one sample.
struct CSVTable: DatasetReader {
  static let name = "CSV table"
  static let summary =
    "a CSV or TSV file whose header names a column image, file_name, image_name or path, and caption, captions, text, "
    + "comment or prompt; perhaps split"

  private let files: [AnnotationFile]
  private let imageDirectory: String?
  private let columns: CaptionColumns

  init?(_ source: DatasetSource) throws(DatasetError) { try self.init(source, withOtherNames: false) }

  /// - Parameter withOtherNames: whether captions may be in columns such as `comment`, which often hold something else.
  init?(_ source: DatasetSource, withOtherNames: Bool) throws(DatasetError) {
    imageDirectory = source.imageDirectory
    columns = source.columns
    files = try source.annotationFiles(named: { name in
      // Flickr8k is also distributed with its captions in a table of this name.
      ["csv", "tsv"].contains(DatasetPath.fileExtension(name)) || name == "captions.txt"
    }) { file in
      CSVHeader(head: file.head, columns: file.columns, withOtherNames: withOtherNames) != nil
    }
    if files.isEmpty { return nil }
  }

  func read(into sink: SampleSink) throws(DatasetError) {
    for file in files { try Self.read(file, imageDirectory: imageDirectory, columns: columns, into: sink) }
  }

  static func read(
    _ file: AnnotationFile, imageDirectory: String?, columns: CaptionColumns, takesSplitFromFolder: Bool = false,
    into sink: SampleSink
  ) throws(DatasetError) {
    let head = try DatasetSource(path: file.path, imageDirectory: nil).head
    guard let header = CSVHeader(head: head, columns: columns) else {
      throw .malformed(path: file.path, format: name, problem: "its header names no columns of images and captions")
    }
    var samples = MergedSamples()
    var rows = try CSVReader(path: file.path, delimiter: header.delimiter)
    for _ in 0..<header.rowCount { _ = try rows.next() }
    while let (number, row) = try rows.next() {
      let place = rows.place(number)
      switch row {
      case .damaged(let problem): try SampleBuilder.emit(damaged: place, problem, into: sink)
      case .fields(let fields) where fields.count != header.columnCount:
        let reason = "it has \(fields.count) fields, the header \(header.columnCount)"
        try SampleBuilder.emit(damaged: place, reason, into: sink)
      case .fields(let fields) where header.isNotSure(fields): continue
      case .fields(let fields):
        let split = try Split.parse(header.split(of: fields), place: place) ?? file.split
        let problem = samples.add(
          name: header.image(of: fields), captions: header.captions(of: fields), split: split, place: place)
        if let problem { try SampleBuilder.emit(damaged: place, problem, into: sink) }
      }
    }
    var builder = SampleBuilder(
      finder: try ImageFinder(annotations: file.directory, imageDirectory: imageDirectory),
      takesSplitFromFolder: takesSplitFromFolder)
    builder.looksInWorkingDirectory = header.imageName != "file_name"
    try samples.emit(with: &builder, into: sink)
  }
}
