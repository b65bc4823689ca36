import ModelFiles

/// An image of the list that is to be done.
struct ImageWork: Sendable {
  /// Its place among the images of this run, counted from 0 without gaps: the order of writing.
  let sequence: Int
  let image: ListedImage
  let key: ImageKey
  let task: ImageTask
}

/// What one stage hands to the next.
struct StagedImage<Content: Sendable>: Sendable {
  let work: ImageWork
  let facts: ImageFacts
  /// Spent on it so far.
  var milliseconds: Double
  let content: Content

  func with<Other>(_ content: Other, adding milliseconds: Double) -> StagedImage<Other> {
    StagedImage<Other>(work: work, facts: facts, milliseconds: self.milliseconds + milliseconds, content: content)
  }
}

/// What reading an image told.
struct ImageFacts: Sendable {
  let hash: FileHash
  let width: Int
  let height: Int
  let thumbnail: [UInt8]?
}

/// What goes to the writer, from any stage and in any order.
struct StagedOutcome: Sendable {
  let work: ImageWork
  let result: Result
  var thumbnail: [UInt8]?

  enum Result: Sendable {
    case captioned(StagedImage<GeneratedCaption>)
    /// `hash` where the content was read, and others may wait for its caption.
    case failed(ImageFailure, hash: FileHash?)
    case skipped
    case present
    /// Has the content of an image that was captioned before.
    case copy(JournalledCaption)
    /// Has the content of an image that is on its way.
    case pendingCopy(FileHash)
  }
}
