/// The result of captioning one photo.
public struct Caption: Sendable, Hashable {
  /// Why there is no caption. The raw values are stable.
  public enum Doubt: String, Sendable, Hashable {
    /// The image is far from photos: a blank page, a screenshot, a chart, noise.
    case notAPhoto = "not_a_photo"
    /// The caption's confidence is below `CaptionOptions.minimumConfidence`.
    case lowConfidence = "low_confidence"
  }

  /// The text for people: the caption, or a sentence that says that the captioner is not sure.
  public let text: String
  /// The caption; `nil` where the captioner is not sure.
  public let caption: String?
  /// Why there is no caption; `nil` where there is one.
  public let doubt: Doubt?
  /// The probability that the caption is right, from 0 to 1, where the captioner was calibrated, as the default one is;
  /// otherwise the geometric mean of the probabilities of its tokens.
  public let confidence: Double
  /// The width of the image as a viewer shows it (after its EXIF orientation), in pixels.
  public let width: Int
  /// The height of the image as a viewer shows it, in pixels.
  public let height: Int

  init(_ image: ImageCaption) {
    doubt = image.judgement.reason.flatMap { Doubt(rawValue: $0.rawValue) }
    text = image.judgement.reason?.sentence ?? image.text
    caption = image.judgement.reason == nil ? image.text : nil
    confidence = image.confidence
    width = image.width
    height = image.height
  }
}

/// The result for one file of many.
public struct FileCaption: Sendable {
  /// The path of the file as it was given.
  public let file: String
  public let result: Result<Caption, CaptioningError>
}
