/// Reads a file of one `CaptionRecord` a line.
struct JSONLinesReader {
  let file: AnnotationFile
  let imageDirectory: String?
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
        record = try CaptionRecord(json: line.bytes)
      } catch {
        try SampleBuilder.emit(damaged: place, error.reason, into: sink)
        continue
      }
      guard let name = record.fileName else {
        try SampleBuilder.emit(damaged: place, "it has no 'file_name'", into: sink)
        continue
      }
      let split = try Split.parse(record.split, place: place) ?? file.split
      try builder.emit(
        name: name, captions: record.captions, split: split, about: record.about, place: place, into: sink)
    }
    try builder.finish(into: sink)
  }
}
