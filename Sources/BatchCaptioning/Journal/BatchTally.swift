import Captioning

/// How many images had which outcome.
package struct BatchTally: Sendable, Equatable {
  package var captioned = 0
  /// Images that the captioner was not sure of: they have no caption, but a row in the outputs.
  package var unsure = 0
  package var failed = 0
  /// Files that are no images and have no image's extension.
  package var skipped = 0
  /// Images for which everything asked for was there already.
  package var present = 0

  package init() {}

  package var total: Int { captioned + unsure + failed + skipped + present }

  /// - Parameter isRetry: whether the image was counted as failed before.
  mutating func count(_ outcome: JournalledImage.Outcome, isRetry: Bool) {
    if isRetry { failed -= 1 }
    switch outcome {
    case .captioned(let caption): if caption.judgement.reason == nil { captioned += 1 } else { unsure += 1 }
    case .failed: failed += 1
    case .skipped: skipped += 1
    case .present: present += 1
    }
  }
}
