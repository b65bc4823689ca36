public import ModelFiles
public import SystemPackage
public import TextDecoding

/// An image whose way is at its end.
public struct FinishedImage: Sendable {
  public let image: ListedImage
  public var outcome: Outcome
  /// The image in small, a JPEG; made only for outputs that show it.
  public var thumbnail: [UInt8]?
  /// Whether it failed in an earlier run, and this takes the place of that failure.
  public var isRetry = false
  /// The caption that it had before its file was replaced by another, and how the list named it then.
  package var replaced: (caption: JournalledCaption, path: FilePath)?

  public enum Outcome: Sendable, Equatable {
    case captioned(BatchCaption)
    case failed(ImageFailure)
    /// No image, and not called like one.
    case skipped
    /// What was asked for is there already.
    case present
  }

  public init(_ image: ListedImage, outcome: Outcome, thumbnail: [UInt8]? = nil) {
    self.image = image
    self.outcome = outcome
    self.thumbnail = thumbnail
  }

  public var path: FilePath { image.path }

  public var caption: BatchCaption? {
    if case .captioned(let caption) = outcome { caption } else { nil }
  }

  /// The caption, but where the captioner was not sure: what files of captions alone have.
  public var sureCaption: BatchCaption? { caption.flatMap { $0.reason == nil ? $0 : nil } }

  public var failure: ImageFailure? {
    if case .failed(let failure) = outcome { failure } else { nil }
  }
}

/// What batch captioning says of an image.
public struct BatchCaption: Sendable, Equatable {
  /// The caption between `--prefix-text` and `--suffix-text`; empty where there is a `reason`.
  public var text: String
  /// How far it can be trusted.
  public var judgement: CaptionJudgement
  public var confidence: Double {
    get { judgement.confidence }
    set { judgement.confidence = newValue }
  }
  /// Why there is no caption: the captioner was not sure.
  public var reason: NotSure? { judgement.reason }
  /// In pixels, as a viewer shows the image.
  public var width: Int
  public var height: Int
  /// SHA-256 of the image file.
  public var hash: FileHash
  /// The captioner, as `--model` names it.
  public var model: String
  /// Of computing: the image's own, and its share of what is done for several at once. 0 for a copy of an image that was
  /// captioned before.
  public var milliseconds: Double
  /// Why its caption ended where it did; `nil` where that is not known.
  public var finishReason: FinishReason?

  public init(
    text: String, judgement: CaptionJudgement, width: Int, height: Int, hash: FileHash, model: String,
    milliseconds: Double, finishReason: FinishReason? = nil
  ) {
    self.text = judgement.reason == nil ? text : ""
    self.judgement = judgement
    self.width = width
    self.height = height
    self.hash = hash
    self.model = model
    self.milliseconds = milliseconds
    self.finishReason = finishReason
  }
}
