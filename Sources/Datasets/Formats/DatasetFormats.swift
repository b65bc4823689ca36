/// A format of images with captions.
protocol DatasetReader: Sendable {
  static var name: String { get }
  /// A description for the message that lists the known formats.
  static var summary: String { get }

  /// `nil` where the source is of another format.
  init?(_ source: DatasetSource) throws(DatasetError)

  /// Passes on every sample, in the dataset's order.
  func read(into sink: SampleSink) throws(DatasetError)
}

/// The known formats.
enum DatasetFormats {
  /// The first that recognises a source reads it: a `captions.jsonl` beside shards says more than the shards do.
  static let all: [any DatasetReader.Type] = [
    CaptionsJSONLines.self,
    ImageFolder.self,
    Karpathy.self,
    COCO.self,
    Flickr8k.self,
    CSVTable.self,
    WebDataset.self,
    Sidecars.self,
    JSONRecordList.self,
    JSONRecordLines.self,
  ]

  static func reader(of source: DatasetSource) throws(DatasetError) -> any DatasetReader {
    for format in all {
      if let reader = try format.init(source) { return reader }
    }
    // Only if nothing else is a dataset: tables about images are often beside one.
    if let table = try CSVTable(source, withOtherNames: true) { return table }
    throw .unknownFormat(path: source.path, found: source.summary)
  }
}
