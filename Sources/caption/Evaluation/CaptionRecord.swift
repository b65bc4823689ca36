/// One element of a file of captions, whatever its kind: keys that it lacks are nil.
struct CaptionRecord: Decodable {
  let imageID: ImageID?
  let fileName: String?
  let path: String?
  let caption: String?
  let captions: [String]?
  let split: String?
  /// The objects known to be in the photo.
  let labels: [String]?
  /// Why a photo was not captioned.
  let error: String?
  /// Why a captioner was not sure.
  let reason: String?

  enum CodingKeys: String, CodingKey {
    case caption, captions, path, split, labels, error, reason
    case imageID = "image_id"
    case fileName = "file_name"
  }
}

/// COCO numbers its images; others name them.
struct ImageID: Decodable, Hashable, CustomStringConvertible {
  let description: String

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    description =
      if let number = try? container.decode(Int.self) { "\(number)" } else { try container.decode(String.self) }
  }
}

/// COCO's annotation file (cocodataset.org/#format-data), as far as captions need it.
struct CaptionAnnotations: Decodable {
  let annotations: [Annotation]
  let images: [Image]?

  struct Annotation: Decodable {
    let imageID: ImageID
    let caption: String

    enum CodingKeys: String, CodingKey {
      case caption
      case imageID = "image_id"
    }
  }

  struct Image: Decodable {
    let id: ImageID
    let fileName: String?

    enum CodingKeys: String, CodingKey {
      case id
      case fileName = "file_name"
    }
  }
}
