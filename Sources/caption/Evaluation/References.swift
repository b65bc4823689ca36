import Datasets

/// People's captions of images, in the order of the file.
struct References {
  struct Image {
    /// The image's COCO number, or its file name.
    let id: String
    let fileName: String?
    var captions: [String]
    var labels: [String] = []
  }

  let path: String
  private(set) var images: [Image] = []
  private var placesByID: [String: Int] = [:]
  /// The indices by the last part of the path, which is common to all paths of the same photo.
  private var placesByName: [String: Int] = [:]

  private static let expected = """
    COCO annotations, {"annotations": [{"image_id": …, "caption": …}, …]}, or lines \
    {"file_name": …, "captions": […], "split": …}
    """

  /// - Parameter split: the split's name; nil takes every image.
  /// - Throws: `FileSystemError`, `EvaluationError`.
  init(path: String, split name: String?) throws {
    self.path = path
    let split = try name.map { name in
      guard let split = Split(named: name) else { throw EvaluationError.unknownSplit(name: name) }
      return split
    }
    switch try CaptionFile(path: path, expected: Self.expected) {
    case .annotations(let file):
      if let name { throw EvaluationError.noImagesInSplit(path: path, split: name) }
      try read(file)
    case .records(let records):
      try read(records, split: split)
      if images.isEmpty, let name, !records.isEmpty {
        throw EvaluationError.noImagesInSplit(path: path, split: name)
      }
    }
    if images.isEmpty { throw EvaluationError.nothing(path: path) }
  }

  /// The index in `images` of the image with this number, name or path.
  func place(of image: String) -> Int? { placesByID[image] ?? placesByName[Self.lastPart(image)] }

  private mutating func read(_ file: CaptionAnnotations) throws {
    let names = Dictionary(
      (file.images ?? []).compactMap { image in image.fileName.map { (image.id, $0) } }, uniquingKeysWith: { $1 })
    for annotation in file.annotations {
      let id = annotation.imageID.description
      if let place = placesByID[id] {
        images[place].captions.append(annotation.caption)
      } else {
        try append(
          Image(id: id, fileName: names[annotation.imageID], captions: [annotation.caption]), place: path)
      }
    }
  }

  private mutating func read(_ records: [(place: String, record: CaptionRecord)], split: Split?) throws {
    for (place, record) in records {
      guard let name = record.fileName ?? record.imageID?.description else {
        throw EvaluationError.malformedElement(place: place, reason: "no file_name")
      }
      if let split, record.split.flatMap({ Split(named: $0) }) != split { continue }
      guard let captions = record.captions ?? record.caption.map({ [$0] }), !captions.isEmpty else {
        throw EvaluationError.malformedElement(place: place, reason: "no captions")
      }
      // A file with one caption a line is as common as one with one image a line.
      if let place = placesByID[name] {
        let known = images[place].labels
        images[place].captions += captions
        images[place].labels += (record.labels ?? []).filter { !known.contains($0) }
        continue
      }
      try append(Image(id: name, fileName: name, captions: captions, labels: record.labels ?? []), place: place)
    }
  }

  private mutating func append(_ image: Image, place: String) throws {
    guard placesByID.updateValue(images.count, forKey: image.id) == nil else {
      throw EvaluationError.duplicate(place: place, image: image.id)
    }
    if let name = image.fileName.map(Self.lastPart) {
      guard placesByName.updateValue(images.count, forKey: name) == nil else {
        throw EvaluationError.duplicate(place: place, image: name)
      }
    }
    images.append(image)
  }

  private static func lastPart(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }
}
