/// COCO's caption annotations: `images` with `id` and `file_name`, `annotations` with `image_id` and `caption`
/// (cocodataset.org/#format-data).
struct COCO: DatasetReader {
  static let name = "COCO annotations"
  static let summary =
    "a JSON file with images and annotations, such as captions_train2014.json, or a directory with annotations/; "
    + "images beside it, in folders such as train2014 there or above, or in --images"

  private struct Document: Decodable {
    struct Image: Decodable {
      let id: ImageIdentifier
      let file_name: String?
      let coco_url: String?

      /// The file name; some files leave it out, and then it is the last part of the URL.
      var name: String? { file_name ?? coco_url.map(DatasetPath.name) }
    }

    struct Annotation: Decodable {
      let image_id: ImageIdentifier
      let caption: String?
    }

    let images: [Lenient<Image>]
    let annotations: [Lenient<Annotation>]
  }

  private let files: [AnnotationFile]
  private let imageDirectory: String?

  init?(_ source: DatasetSource) throws(DatasetError) {
    imageDirectory = source.imageDirectory
    var files: [AnnotationFile] = []
    // COCO's directory also holds annotations of other kinds for the same images.
    for folder in [nil, "annotations"] {
      for isCandidate in [{ $0.lowercased().contains("caption") }, { _ in true }] as [(String) -> Bool]
      where files.isEmpty {
        files = try source.annotationFiles(
          in: folder, named: { DatasetPath.fileExtension($0) == "json" && isCandidate($0) }, where: Self.matches)
      }
    }
    if files.isEmpty { return nil }
    self.files = files
  }

  private static func matches(_ file: DatasetSource) -> Bool {
    JSONDocument.mentions(["images", "file_name"], head: file.head)
      || JSONDocument.mentions(["images", "coco_url"], head: file.head)
      || JSONDocument.mentions(["annotations", "image_id"], head: file.head)
  }

  func read(into sink: SampleSink) throws(DatasetError) {
    for file in files { try read(file, into: sink) }
  }

  private func read(_ file: AnnotationFile, into sink: SampleSink) throws(DatasetError) {
    let document = try JSONDocument.read(Document.self, path: file.path, format: Self.name)
    var captions: [ImageIdentifier: [String]] = [:]
    let known = Set(document.images.compactMap(\.value?.id))
    for (index, element) in document.annotations.enumerated() {
      let place = "\(file.name): annotations[\(index)]"
      guard let annotation = element.value else {
        try SampleBuilder.emit(damaged: place, "it has no image_id", into: sink)
        continue
      }
      guard known.contains(annotation.image_id) else {
        try SampleBuilder.emit(damaged: place, "there is no image \(annotation.image_id)", into: sink)
        continue
      }
      captions[annotation.image_id, default: []].append(annotation.caption ?? "")
    }
    var builder = SampleBuilder(
      finder: try ImageFinder(annotations: file.directory, imageDirectory: imageDirectory, includesParent: true))
    for (index, element) in document.images.enumerated() {
      let place = "\(file.name): images[\(index)]"
      guard let image = element.value, let name = image.name else {
        try SampleBuilder.emit(damaged: place, "it has no id or no file_name", into: sink)
        continue
      }
      try builder.emit(
        name: name, captions: captions[image.id] ?? [], split: file.split, place: place, into: sink)
    }
    try builder.finish(into: sink)
  }
}
