import Captioning
import ModelFiles
package import SystemPackage
import TextDecoding

/// What became of an image.
package struct JournalledImage: Sendable, Equatable {
  package var key: ImageKey
  /// Whether the image failed earlier, and its earlier record no longer counts.
  package var isRetry: Bool
  /// Whether the image was done earlier, and this record replaces the earlier one: an output lacked the image, or its
  /// file has changed.
  package var isAgain: Bool
  package var outcome: Outcome
  /// The outputs that have it, as bits: see `BatchJournal.bits`.
  package var outputs: UInt64
  /// The file that a captioned image was read from.
  package var source: JournalledSource?
  /// The path as the list named it when the image had the caption that this one replaces; `nil` if none.
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

  /// Whether it is a directory or shard that could not be listed; every run tries these again.
  var isListingProblem: Bool {
    if case .failed(let failure, _) = outcome { failure.stage == .list } else { false }
  }
}

/// The file that an image was read from.
package struct JournalledSource: Sendable, Equatable {
  /// The path of the image as the list named it.
  package var path: FilePath
  /// The stamp of the file, or of the shard that holds the image.
  package var stamp: FileStamp

  package init(path: FilePath, stamp: FileStamp) {
    self.path = path
    self.stamp = stamp
  }
}
