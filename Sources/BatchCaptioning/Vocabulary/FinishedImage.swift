package import Captioning
package import ModelFiles
package import SystemPackage
package import TextDecoding

/// An image with its final outcome.
package struct FinishedImage: Sendable {
  package let image: ListedImage
  package var outcome: Outcome
  /// The thumbnail, a JPEG; made only for outputs that show it.
  package var thumbnail: [UInt8]?
  /// Whether the image failed in an earlier run, and this outcome replaces that failure.
  package var isRetry = false
  /// The caption that the image had before its file was replaced by another, and its path as listed then.
  package var replaced: (caption: JournalledCaption, path: FilePath)?

  package enum Outcome: Sendable, Equatable {
    case captioned(BatchCaption)
    case failed(ImageFailure)
    /// A file that is no image and has no image's extension.
    case skipped
    /// What was asked for is there already.
    case present
  }

  package init(_ image: ListedImage, outcome: Outcome, thumbnail: [UInt8]? = nil) {
    self.image = image
    self.outcome = outcome
    self.thumbnail = thumbnail
  }

  package var path: FilePath { image.path }

  package var caption: BatchCaption? {
    if case .captioned(let caption) = outcome { caption } else { nil }
  }

  /// The caption, unless the captioner was not sure: what files of captions alone hold.
  package var sureCaption: BatchCaption? { caption.flatMap { $0.reason == nil ? $0 : nil } }

  package var failure: ImageFailure? {
    if case .failed(let failure) = outcome { failure } else { nil }
  }
}

/// What batch captioning produces for an image.
package struct BatchCaption: Sendable, Equatable {
  /// The caption between `--prefix-text` and `--suffix-text`; empty where there is a `reason`.
  package var text: String
  /// How far it can be trusted.
  package var judgement: CaptionJudgement
  package var confidence: Double {
    get { judgement.confidence }
    set { judgement.confidence = newValue }
  }
  /// Why there is no caption, where the captioner was not sure.
  package var reason: NotSure? { judgement.reason }
  /// The width in pixels, as a viewer shows the image.
  package var width: Int
  package var height: Int
  /// The SHA-256 of the image file.
  package var hash: FileHash
  /// The captioner, as `--model` names it.
  package var model: String
  /// The time of computing: the image's own, and its share of what is done for several at once. 0 for a copy of an
  /// image that was captioned before.
  package var milliseconds: Double
  /// Why its caption ended where it did; `nil` where unknown.
  package var finishReason: FinishReason?

  package init(
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
