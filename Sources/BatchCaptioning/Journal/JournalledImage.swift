import Captioning
import ModelFiles
package import SystemPackage
import TextDecoding

/// What became of an image.
package struct JournalledImage: Sendable, Equatable {
  package var key: ImageKey
  /// It stands for an image that failed earlier, and whose earlier record counts no more.
  package var isRetry: Bool
  /// It stands for an image that was done earlier, and takes the place of that record: an output lacked the image, or its
  /// file has changed.
  package var isAgain: Bool
  package var outcome: Outcome
  /// The outputs that have it, as bits: see `BatchJournal.bits`.
  package var outputs: UInt64
  /// Of a captioned image.
  package var source: JournalledSource?
  /// How the list named the image when it had the caption that this one replaces; `nil` where it replaces none.
  package var replacedPath: FilePath?

  package enum Outcome: Sendable, Equatable {
    case captioned(JournalledCaption)
    case failed(ImageFailure, path: FilePath)
    case skipped
    case present
  }

  package init(
    key: ImageKey, isRetry: Bool = false, isAgain: Bool = false, outcome: Outcome, outputs: UInt64 = 0,
    source: JournalledSource? = nil, replacedPath: FilePath? = nil
  ) {
    self.key = key
    self.isRetry = isRetry
    self.isAgain = isAgain
    self.outcome = outcome
    self.outputs = outputs
    self.source = source
    self.replacedPath = replacedPath
  }

  /// Whether it is a directory or shard that could not be listed, at which every run looks anew.
  var isListingProblem: Bool {
    if case .failed(let failure, _) = outcome { failure.stage == .list } else { false }
  }
}

/// The file that an image was read from.
package struct JournalledSource: Sendable, Equatable {
  /// The image as the list named it.
  package var path: FilePath
  /// Of the file, or of the shard that the image is in.
  package var stamp: FileStamp

  package init(path: FilePath, stamp: FileStamp) {
    self.path = path
    self.stamp = stamp
  }
}
