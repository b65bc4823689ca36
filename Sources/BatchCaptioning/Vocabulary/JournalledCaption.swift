package import Captioning
package import ModelFiles
package import TextDecoding

/// The part of a caption that another image of the same content needs.
package struct JournalledCaption: Sendable, Equatable {
  package var hash: FileHash
  package var width: Int
  package var height: Int
  /// The caption; empty where the captioner was not sure.
  package var text: String
  package var judgement: CaptionJudgement
  package var finishReason: FinishReason?

  package init(_ caption: BatchCaption) {
    hash = caption.hash
    (width, height) = (caption.width, caption.height)
    judgement = caption.judgement
    text = caption.text
    finishReason = caption.finishReason
  }

  package init(
    hash: FileHash, width: Int, height: Int, judgement: CaptionJudgement, text: String,
    finishReason: FinishReason? = nil
  ) {
    (self.hash, self.width, self.height, self.judgement, self.text) = (hash, width, height, judgement, text)
    self.finishReason = finishReason
  }
}
