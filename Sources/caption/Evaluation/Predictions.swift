/// A captioner's captions, by image.
struct Predictions {
  struct Prediction {
    let place: String
    /// The image's number, name or path.
    let image: String
    /// The caption; empty where the captioner was not sure.
    let caption: String
    var isUnsure = false
  }

  let path: String
  let all: [Prediction]

  private static let expected = """
    COCO results, [{"image_id": …, "caption": …}, …], or lines as 'caption --json' prints them, {"path": …, "caption": …}
    """

  /// Photos that could not be captioned are left out; one of which a captioner was not sure has an empty caption.
  ///
  /// - Throws: `FileSystemError`, `EvaluationError`.
  init(path: String) throws {
    self.path = path
    guard case .records(let records) = try CaptionFile(path: path, expected: Self.expected) else {
      throw EvaluationError.malformed(
        path: path, reason: "holds annotations, not predictions", expected: Self.expected)
    }
    var all: [Prediction] = []
    for (place, record) in records {
      guard let image = record.imageID?.description ?? record.fileName ?? record.path else {
        throw EvaluationError.malformedElement(place: place, reason: "no image_id, file_name or path")
      }
      if let caption = record.caption {
        all.append(Prediction(place: place, image: image, caption: caption))
      } else if record.reason != nil {
        all.append(Prediction(place: place, image: image, caption: "", isUnsure: true))
      } else if record.error == nil {
        throw EvaluationError.malformedElement(place: place, reason: "no caption")
      }
    }
    if all.isEmpty { throw EvaluationError.nothing(path: path) }
    self.all = all
  }
}
