/// A JSON file that is one list of records, `[{"image": …, "caption": …}, …]`, as LAVIS, BLIP and LLaVA have them; COCO
/// results; or one object of captions by image, as kohya's `meta_cap.json`.
struct JSONRecordList: DatasetReader {
  static let name = "JSON list"
  static let summary =
    "a JSON file with a list of objects with image and caption (LAVIS, BLIP), image and conversations (LLaVA) or image_id "
    + "and caption (COCO results), or with an object of captions by image (kohya)"

  private let files: [AnnotationFile]
  private let imageDirectory: String?
  private let columns: CaptionColumns

  init?(_ source: DatasetSource) throws(DatasetError) {
    imageDirectory = source.imageDirectory
    columns = source.columns
    files = try source.annotationFiles(named: { DatasetPath.fileExtension($0) == "json" }, where: Self.isMatch)
    if files.isEmpty { return nil }
  }

  private static func isMatch(_ file: DatasetSource) -> Bool {
    // A single object on one line may also be the whole file.
    guard let shape = JSONShape(head: file.head),
      shape == .document || file.head.split(separator: 0x0A).count == 1
    else { return false }
    let elements = JSONDocument.elements(head: file.head).prefix(20)
    guard let first = elements.first else { return false }
    return first.name == nil
      ? elements.contains { isRecord($0, file.columns) } : elements.allSatisfy { isNamedRecord($0, file.columns) }
  }

  private static func isRecord(_ element: JSONDocument.Element, _ columns: CaptionColumns) -> Bool {
    let keys = JSONDocument.keys(of: element.value)
    let isResult = columns.image == nil && keys.contains("image_id")
    return columns.suit(keys) || isResult && columns.captionNames.contains(where: keys.contains)
  }

  private static func isNamedRecord(_ element: JSONDocument.Element, _ columns: CaptionColumns) -> Bool {
    let keys = JSONDocument.keys(of: element.value)
    if !keys.isEmpty { return columns.captionNames.contains(where: keys.contains) }
    return DatasetPath.isImage(element.name ?? "")
      && [UInt8(ascii: "\""), UInt8(ascii: "[")].contains(element.value.first)
  }

  func read(into sink: SampleSink) throws(DatasetError) {
    for file in files { try read(file, into: sink) }
  }

  private func read(_ file: AnnotationFile, into sink: SampleSink) throws(DatasetError) {
    var builder = SampleBuilder(
      finder: try ImageFinder(annotations: file.directory, imageDirectory: imageDirectory, includesParent: true))
    builder.looksInWorkingDirectory = true
    for (index, element) in try JSONDocument.elements(path: file.path, format: Self.name).enumerated() {
      let place = element.name.map { "\(file.name): \($0)" } ?? "\(file.name): [\(index)]"
      let record: NamedRecord
      do throws(JSONProblem) {
        record = try NamedRecord(element, columns: columns)
      } catch {
        try SampleBuilder.emit(damaged: place, error.reason, into: sink)
        continue
      }
      if record.isNotSure { continue }
      guard let name = try record.name(&builder) else {
        try SampleBuilder.emit(damaged: place, record.problem, into: sink)
        continue
      }
      let split = try Split.parse(record.split, place: place) ?? file.split
      try builder.emit(
        name: name, alternatives: DatasetPath.namesWithExtension(name), captions: record.captions, split: split,
        about: record.about, place: place, into: sink)
    }
    try builder.finish(into: sink)
  }
}

/// An element with the image's name: a record, or captions alone.
private struct NamedRecord {
  private var givenName: String?
  private var imageID: ImageIdentifier?
  private(set) var captions: [String] = []
  private(set) var split: String?
  private(set) var about = SampleAbout()
  private(set) var isNotSure = false

  init(_ element: JSONDocument.Element, columns: CaptionColumns) throws(JSONProblem) {
    givenName = element.name
    switch element.value.first {
    case UInt8(ascii: "\""): captions = [try decodeJSON(String.self, from: element.value)]
    case UInt8(ascii: "["): captions = try decodeJSON([String].self, from: element.value)
    default:
      let record = try CaptionRecord(json: element.value, columns: columns)
      givenName = record.imageName ?? element.name
      imageID = record.imageID
      captions = record.captions
      split = record.split
      about = record.about
      // In COCO results, the caption is empty where a captioner was not sure.
      let isResult = givenName == nil && imageID != nil
      isNotSure = record.isNotSure || isResult && captions.allSatisfy(CaptionCleaning.isBlank)
    }
  }

  /// The image's name; `nil` where the record names no image, or none that is there.
  func name(_ builder: inout SampleBuilder) throws(DatasetError) -> String? {
    if let givenName { return givenName }
    return switch imageID {
    case .text(let name): name
    case .number(let number): try builder.name(ofNumber: number)
    case nil: nil
    }
  }

  /// Why there is no name.
  var problem: String {
    if case .number(let number) = imageID {
      return "there is no image whose name is the number \(number); name their directory with --images"
    }
    return "it names no image"
  }
}
