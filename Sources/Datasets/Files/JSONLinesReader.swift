/// Reads a file of one `CaptionRecord` a line. A record of which a captioner was not sure is no sample.
struct JSONLinesReader {
  let file: AnnotationFile
  let imageDirectory: String?
  let columns: CaptionColumns
  var takesSplitFromFolder = false

  func read(into sink: SampleSink) throws(DatasetError) {
    var builder = SampleBuilder(
      finder: try ImageFinder(annotations: file.directory, imageDirectory: imageDirectory),
      takesSplitFromFolder: takesSplitFromFolder)
    var lines = try LineReader(path: file.path)
    while let line = try lines.next() {
      if line.isBlank { continue }
      let place = lines.place(line.number)
      let record: CaptionRecord
      do throws(JSONProblem) {
        record = try CaptionRecord(json: line.bytes, columns: columns)
      } catch {
        try SampleBuilder.emit(damaged: place, error.reason, into: sink)
        continue
      }
      if record.isNotSure { continue }
      guard let name = record.imageName else {
        try SampleBuilder.emit(damaged: place, "it has no '\(columns.imageNames[0])'", into: sink)
        continue
      }
      builder.looksInWorkingDirectory = record.fileName == nil
      let split = try Split.parse(record.split, place: place) ?? file.split
      try builder.emit(
        name: name, captions: record.captions, split: split, about: record.about, place: place, into: sink)
    }
    try builder.finish(into: sink)
  }
}
