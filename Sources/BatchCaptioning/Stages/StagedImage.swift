import Captioning
package import ModelFiles

/// An image of the list that is to be done.
package struct ImageWork: Sendable {
  /// The image's index among the images of this run, counted from 0 without gaps: the order of writing.
  package let sequence: Int
  package let image: ListedImage
  let key: ImageKey
  let task: ImageTask

  package init(sequence: Int, image: ListedImage, key: ImageKey? = nil, task: ImageTask = .new) {
    self.sequence = sequence
    self.image = image
    self.key = key ?? ImageKey(image)
    self.task = task
  }
}

/// What one stage hands to the next.
package struct StagedImage<Content: Sendable>: Sendable {
  package let work: ImageWork
  let facts: ImageFacts
  /// The time spent on the image so far.
  var milliseconds: Double
  /// The confidence model's view of the image, once it is encoded.
  var view: PhotoView?
  package let content: Content

  package init(work: ImageWork, facts: ImageFacts, milliseconds: Double = 0, content: Content) {
    self.work = work
    self.facts = facts
    self.milliseconds = milliseconds
    self.content = content
  }

  func with<Other>(_ content: Other, adding milliseconds: Double) -> StagedImage<Other> {
    var other = StagedImage<Other>(
      work: work, facts: facts, milliseconds: self.milliseconds + milliseconds, content: content)
    other.view = view
    return other
  }
}

/// What reading an image revealed.
package struct ImageFacts: Sendable {
  let hash: FileHash
  let width: Int
  let height: Int
  let thumbnail: [UInt8]?
  /// The stamp of the file that the image was read from.
  let stamp: FileStamp?

  package init(hash: FileHash, width: Int, height: Int, thumbnail: [UInt8]? = nil, stamp: FileStamp? = nil) {
    self.hash = hash
    self.width = width
    self.height = height
    self.thumbnail = thumbnail
    self.stamp = stamp
  }
}

/// What goes to the writer, from any stage and in any order.
package struct StagedOutcome: Sendable {
  package let work: ImageWork
  package let result: Result
  var thumbnail: [UInt8]?
  /// The stamp of the file, for an image that has a caption.
  var stamp: FileStamp?

  package enum Result: Sendable {
    case captioned(StagedImage<GeneratedCaption>)
    /// The image failed; `hash` is given where the content was read, and others may wait for its caption.
    case failed(ImageFailure, hash: FileHash?)
    case skipped
    case present
    /// The image has the content of one that was captioned before.
    case copy(JournalledCaption)
    /// The image has the content of one that is in progress.
    case pendingCopy(FileHash)
  }
}
