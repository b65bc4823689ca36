/// The splits of Karpathy and Fei-Fei (2015, "Deep Visual-Semantic Alignments"): `dataset_coco.json`,
/// `dataset_flickr8k.json`, `dataset_flickr30k.json`.
struct Karpathy: DatasetReader {
  static let name = "Karpathy splits"
  static let summary = "dataset_*.json with images: filename, filepath, split and sentences; restval counts as train"

  private struct Document: Decodable {
    struct Image: Decodable {
      let filename: String
      let filepath: String?
      let split: String?
      let sentences: [Lenient<Sentence>]
    }

    struct Sentence: Decodable {
      let raw: String
    }

    let images: [Lenient<Image>]
  }

  private let files: [AnnotationFile]
  private let imageDirectory: String?

  init?(_ source: DatasetSource) throws(DatasetError) {
    imageDirectory = source.imageDirectory
    files = try source.annotationFiles(named: { DatasetPath.fileExtension($0) == "json" }) { file in
      JSONDocument.mentions(["images", "sentences", "filename"], head: file.head)
    }
    if files.isEmpty { return nil }
  }

  func read(into sink: SampleSink) throws(DatasetError) {
    for file in files {
      let document = try JSONDocument.read(Document.self, path: file.path, format: Self.name)
      var builder = SampleBuilder(
        finder: try ImageFinder(annotations: file.directory, imageDirectory: imageDirectory, includesParent: true))
      for (index, element) in document.images.enumerated() {
        let place = "\(file.name): images[\(index)]"
        guard let image = element.value else {
          try SampleBuilder.emit(damaged: place, "it has no filename or no sentences", into: sink)
          continue
        }
        try builder.emit(
          name: image.filename, alternatives: image.filepath.map { [DatasetPath.join($0, image.filename)] } ?? [],
          captions: image.sentences.map { $0.value?.raw ?? "" }, split: Split.parse(image.split, place: place),
          place: place, into: sink)
      }
      try builder.finish(into: sink)
    }
  }
}
